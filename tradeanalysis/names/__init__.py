"""Which economy a code or a name means: ISO 3166, UN M49, the codes of Comtrade, BACI and WITS, English, Vietnamese.

Tables in data/ say it all: countries.csv (a row per economy, remainder or aggregate), country_aliases.csv (more
spellings; a row with several codes is a name that several bear), blocs.csv (members with their years),
region_members.csv, and country_names.csv.gz (short names in ten further languages).

A label can be read in three ways, each of them an exact match of the whole label:

1. as a *code*, letter by letter: "VN", "VNM", "842", "004", "S19", "W00";
2. as a *name*, accents and all: "Áo", "Hàn Quốc", "Korea, Rep.";
3. as a *name without its accents*: "Han Quoc". Of less than four letters too little is left ("Ao", "My", "Y"): such
   a reading is *weak*, a candidate only, and needs the company of other Vietnamese names.

A label that none of these knows is looked up in the further languages, then by its words in any order, abbreviations in
full ("Congo, The Democratic Republic Of"), then without its form of state ("Kingdom of Belgium").

Where the readings differ, the print decides: capitals are a code ("NGA" is Nigeria, "MY" Malaysia), a capitalised name
is a name ("Nga" is Russia), and anything else ("nga", "My") is ambiguous: an error, with the candidates. `resolve` sees
a whole column and reads these few labels like the rest of it: among Vietnamese names "NGA" is Russia, among codes
Nigeria. A name with several bearers ("Korea", "Congo") is the usual one's, listed first in the table, only where the
column names the others in full.

``bloc``           the members of a trade bloc
``blocs``          every bloc with its members and their years
``countries``      every economy, remainder and aggregate of the tables
``country``        the economy of a name or code
``Country``        an economy with its codes and names
``country_name``   the name to print
"""

from tradeanalysis.names.economies_named import bloc, blocs, countries, country, country_name
from tradeanalysis.names.economies_named import economy as economy
from tradeanalysis.names.economies_named import kind_of as kind_of
from tradeanalysis.names.label_readings import Match as Match
from tradeanalysis.names.label_readings import bloc_of_its_own as bloc_of_its_own
from tradeanalysis.names.label_readings import labels_of as labels_of
from tradeanalysis.names.label_readings import resolve as resolve
from tradeanalysis.names.label_readings import slip as slip
from tradeanalysis.names.name_tables import WORLD as WORLD
from tradeanalysis.names.name_tables import Country
from tradeanalysis.names.name_tables import economy_of_province as economy_of_province
from tradeanalysis.names.name_tables import kept_rows as kept_rows
from tradeanalysis.names.name_tables import members_by_bloc as members_by_bloc
from tradeanalysis.names.name_tables import members_of as members_of
from tradeanalysis.names.name_tables import region as region
from tradeanalysis.names.name_tables import tiles as tiles
from tradeanalysis.names.spellings_alike import key as key

# What a reader of the chapter meets; the other names are for the rooms of the library.
__all__ = ["Country", "bloc", "blocs", "countries", "country", "country_name"]
