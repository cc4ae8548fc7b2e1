"""Who pays in the end: re-exports through hubs, and value added by final buyer.

``absorbed``        an economy's value added by the final buyers in which it ends
``export_content``  the domestic and the foreign value added in exports
``inputs``          the inputs of an economy by origin: at face value, looked through, and hidden
``io_table``        an inter-country input-output table, checked
``IOTable``         what ``io_table`` makes
``LookThrough``     the result of ``lookthrough``
``lookthrough``     a basket of one's own by final buyer
``read_icio``       the input-output table of a file of the OECD
``reexport_rates``  the share of what economies buy that they sell on
``Reexports``       the result of ``reexports``
``reexports``       a basket by end market, once hubs have sent on what they do not keep
"""

from tradeanalysis.chains.content_of_exports import export_content
from tradeanalysis.chains.hubs import Reexports, reexports
from tradeanalysis.chains.io_tables import IOTable, io_table, read_icio
from tradeanalysis.chains.own_baskets import LookThrough, lookthrough
from tradeanalysis.chains.rates_of_hubs import reexport_rates
from tradeanalysis.chains.value_added import absorbed, inputs

__all__ = [
    "IOTable",
    "LookThrough",
    "Reexports",
    "absorbed",
    "export_content",
    "inputs",
    "io_table",
    "lookthrough",
    "read_icio",
    "reexport_rates",
    "reexports",
]
