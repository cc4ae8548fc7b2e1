"""The package as others get it: a wheel carries the embedded tables, a checkout finds them beside it."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import tradeanalysis as ta
from tradeanalysis.extras import EXTRAS
from tradeanalysis.schema import DATA

ROOT = Path(__file__).parents[1]
ASK = (
    "import tradeanalysis as ta; from tradeanalysis.schema import DATA; "
    "print(DATA); print(len(ta.example('world_2010_2020')), ta.country('Hoa Kỳ').iso3); "
    "ta.write_brief(ta.example('world_2023'), 'VNM', out='written', langs=['vi'])"
)


def test_a_checkout_finds_its_tables():
    assert ROOT / "data" == DATA


def test_every_package_is_in_the_wheel():
    stated = ConfigParser()
    stated.read(ROOT / "setup.cfg", "utf-8")
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "tradeanalysis").rglob("__init__.py")}
    assert set(stated["options"]["packages"].split()) == there | {"tradeanalysis.data"}


def test_a_wheel_carries_all_it_needs(tmp_path):
    source = tmp_path / "source"
    leave = shutil.ignore_patterns(".venv", ".git", "*.egg-info", "build", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, source, ignore=leave)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "deprecat" not in (done.stdout + done.stderr).lower()
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True)
    run = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    place, answer = run.stdout.splitlines()
    assert Path(place) == site / "tradeanalysis" / "data"
    assert answer == "571555 USA"
    assert (tmp_path / "written" / "brief_VNM_vi.html").exists()
    base_install_says_what_to_install(site)


def base_install_says_what_to_install(site):
    """The wheel without the libraries of its extras; ``.ci/bounds base`` does it in an environment of its own."""
    hide = f"import runpy, sys; sys.modules.update(dict.fromkeys({list(EXTRAS)})); "
    hide += "runpy.run_path(sys.argv[1], None, '__main__')"
    run = subprocess.run(
        [sys.executable, "-c", hide, str(ROOT / "tests" / "base_install.py")],
        cwd=site.parent,
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1].endswith('pip install "tradeanalysis[report,excel]"')


def test_one_version_everywhere():
    assert f"\nversion: {ta.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert re.search(rf"^## {re.escape(ta.__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_embedded_tables_stay_small():
    assert sum(path.stat().st_size for path in DATA.glob("*.csv*")) <= 7e6
