"""The lowest versions that setup.cfg states, as constraints for pip: ``python tests/lowest.py > build/lowest.txt``.

Of what the library needs and of its extras; the tools of the tests are the newest.
"""

import configparser
import re
from pathlib import Path

SETUP = Path(__file__).parents[1] / "setup.cfg"
# Extras that no user of the library installs.
TOOLS = {"dev", "notebooks", "all"}


def lowest() -> list[str]:
    """A line for each requirement that has a lowest version."""
    stated = configparser.ConfigParser()
    stated.read(SETUP, encoding="utf-8")
    extras = [lines for extra, lines in stated["options.extras_require"].items() if extra not in TOOLS]
    requirements = "\n".join([stated["options"]["install_requires"], *extras]).split()
    found = [re.fullmatch(r"([A-Za-z0-9_.-]+)>=([0-9.]+)", one) for one in requirements]
    return sorted(f"{one[1]}=={one[2]}" for one in found if one)


if __name__ == "__main__":
    print("\n".join(lowest()))
