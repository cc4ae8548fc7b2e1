"""The page in a browser, by the server: a file is led to its brief by keyboard alone, and nothing is sent elsewhere."""

import base64
from fractions import Fraction
from pathlib import Path

import pytest
from page_visits import Carrier, Person, faults_of_every_screen, lead_to_the_brief, written
from test_page_server import SMALL, STAND_IN, TOKEN, Served

import tradeanalysis as ta
from tradeanalysis.page.worker_pool import Limits
from tradeanalysis.texts import say


def by_server(served):
    """The page of a server, opened by the address that it prints."""
    home = f"http://127.0.0.1:{served.port}/"
    return Carrier(f"{home}?t={TOKEN}", home)


@pytest.fixture(scope="module")
def served():
    """The server with the processes that a person has."""
    with Served(limits=Limits(workers=2, seconds=240)) as one:
        yield one


def test_with_the_keyboard_alone_a_file_is_led_to_its_brief(chromium, served, tmp_path):
    one = Person(chromium, by_server(served))
    assert one.page.url == f"http://127.0.0.1:{served.port}/"  # the token is in no address and no history
    assert one.page.evaluate("document.documentElement.lang") == "vi"
    assert [url for url in one.requests if TOKEN in url] == [one.carrier.address]
    lead_to_the_brief(one, tmp_path)
    one.context.close()


def test_axe_finds_no_fault_on_any_screen(chromium, served, tmp_path):
    one = Person(chromium, by_server(served))
    assert faults_of_every_screen(one, tmp_path, "en") == {}
    assert one.complaints == []
    one.context.close()


def test_what_the_server_refuses_is_said_on_the_page(chromium, served, tmp_path):
    large = tmp_path / "large.csv"
    large.write_bytes(b"partner,value\n" + bytes(21_000_000))
    one = Person(chromium, by_server(served))
    one.page.set_input_files("#file", large)
    one.page.wait_for_function("() => document.activeElement.matches('main h1')")
    assert say("serving_too_large", "vi", limit=20) in one.text("main")
    one.context.close()


def test_two_people_never_see_each_others_numbers(chromium, served, tmp_path):
    """Two browsers go through their files in turns, screen by screen."""
    people = []
    for name, values in {"Long An": (60, 40), "Cần Thơ": (90, 10)}.items():
        path = tmp_path / f"{name}.csv"
        lines = [f"{code},{value},{name},export,2020" for code, value in zip(("USA", "JPN"), values, strict=True)]
        rows = "\n".join(["partner,value,reporter,flow,year", *lines])
        path.write_text(rows, "utf-8")
        people.append((Person(chromium, by_server(served)), path, name, values))
    for one, path, _, _ in people:
        one.page.set_input_files("#file", path)
    for one, *_ in people:
        one.page.wait_for_selector("table.seen")
    for one, *_ in people:
        one.page.select_option("#unit", "mUSD") if one.page.locator("#unit").count() else None
        one.page.locator("form[data-set] button.primary").click()
    for one, _, name, values in people:
        one.page.wait_for_selector(".numbers")
        seen, other = one.text("main"), next(other for _, _, other, _ in people if other != name)
        assert name in seen
        assert other not in seen
        assert written(sum(Fraction(x, 100) ** 2 for x in values), "vi", 3) in one.text(".numbers")
        one.context.close()


# ---- the script: what comes late or wrong changes nothing ----------------------------------------------------------

# A file by its name: one is read late, one cannot be read, as a folder that is dropped.
READ = """() => { const read = File.prototype.arrayBuffer; File.prototype.arrayBuffer = async function () {
  if (this.name === "late.csv") await new Promise((done) => setTimeout(done, 500));
  if (this.name === "folder") throw new Error("no file");
  return read.call(this); }; }"""
DROP = """([name, content]) => { const dropped = new DataTransfer(); dropped.items.add(new File([content], name));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, cancelable: true })); }"""
SHOWN = "text => document.querySelector('#screen').innerText.includes(text)"
# A part comes late, after the screen that was asked for behind it.
LATE_PART = """() => { const fetched = window.fetch; window.given_up = 0; window.fetch = async (path, options) => {
  options.signal.addEventListener("abort", () => { window.given_up += 1; });
  const answer = await fetched(path, { ...options, signal: undefined });
  if (path.startsWith("part/")) { await new Promise((done) => setTimeout(done, 1500)); window.late = true; }
  return answer; }; }"""


@pytest.fixture
def stranger(chromium):
    """A person at a server whose screens say how many bytes and which answers came."""
    with Served(limits=SMALL, command=STAND_IN) as one:
        person = Person(chromium, by_server(one))
        yield person
        person.context.close()


def screens_of(person):
    return [url for url in person.requests if url.endswith("/screen")]


def test_of_two_files_the_one_that_was_dropped_last_is_taken(stranger):
    page = stranger.page
    page.evaluate(READ)
    page.evaluate(DROP, ["late.csv", "123"])
    page.evaluate(DROP, ["b.csv", "12345"])
    page.wait_for_function(SHOWN, arg="5 [")
    page.wait_for_timeout(1000)
    assert stranger.text("#screen p").startswith("5 [")
    assert len(screens_of(stranger)) == 1


def test_what_is_no_file_is_said_and_the_file_before_stays_with_its_name(stranger):
    page = stranger.page
    page.evaluate(READ)
    page.evaluate(DROP, ["process.csv", "123"])  # whose screen is the number of its process
    page.wait_for_function("() => /^\\d+ \\[/.test(document.querySelector('#screen p').innerText)")
    page.evaluate(DROP, ["folder", ""])
    page.wait_for_selector("#file_unread:not([hidden])")
    assert stranger.text("#file_unread bdi") == "folder"
    page.click("[data-lang=en]")
    page.wait_for_function("() => document.querySelector('#screen h1').innerText === 'en'")
    assert not stranger.text("#screen p").startswith("0 [")
    assert page.locator("#file_unread").is_hidden()


def test_a_file_that_holds_no_answers_is_said_and_changes_nothing(stranger, tmp_path):
    page = stranger.page
    wrong = ['{"answers": ', "{}", "null", '{"answers": null}', '{"answers": ["a"]}', '{"answers": {"year": 2020}}']
    for i, content in enumerate(wrong):
        path = tmp_path / f"{i}.json"
        path.write_text(content, "utf-8")
        page.set_input_files("#answers", path)
        page.wait_for_function("name => document.querySelector('#no_answers bdi').innerText === name", arg=path.name)
        assert page.locator("#no_answers").is_visible()
    assert screens_of(stranger) == []
    path.write_text('{"answers": {"flow": "export", "blocs": ["drop"]}}', "utf-8")
    page.set_input_files("#answers", path)
    page.wait_for_function(SHOWN, arg="('flow', 'export')")
    assert "('blocs', ['drop'])" in stranger.text("#screen p")
    assert page.locator("#no_answers").is_hidden()


def test_two_downloads_do_not_cancel_each_other(stranger):
    page, saved = stranger.page, []
    page.on("download", lambda one: saved.append(one.suggested_filename))
    buttons = "".join(f'<button type="button" data-download="{name}">a</button>' for name in ("a.csv", "b.csv"))
    page.evaluate("html => { document.querySelector('#screen').innerHTML = html; }", buttons)
    page.evaluate("() => document.querySelectorAll('[data-download]').forEach((one) => one.click())")
    for _ in range(100):
        if len(saved) == 2:
            break
        page.wait_for_timeout(100)
    assert sorted(saved) == ["a.csv", "b.csv"]


def test_a_part_that_comes_late_is_not_shown_on_the_next_screen(stranger):
    page = stranger.page
    page.evaluate(LATE_PART)
    form = '<form data-part="closure"><input name="loss" value="50"></form><div id="closure"></div>'
    page.evaluate("html => { document.querySelector('#screen').innerHTML = html; }", form)
    page.evaluate("() => document.querySelector('form').requestSubmit()")
    page.click("[data-lang=en]")
    page.wait_for_function(SHOWN, arg="'loss', '50'")
    page.evaluate("() => { document.querySelector('#screen').innerHTML = '<div id=closure>new</div>'; }")
    page.wait_for_function("() => window.late")
    page.wait_for_timeout(100)
    assert stranger.text("#closure") == "new"
    assert page.evaluate("window.given_up") == 1  # and the server hears that nobody waits for it
    assert stranger.complaints == []


def test_where_python_does_not_start_every_question_is_answered_so(chromium):
    source = (Path(ta.__file__).parent / "page/worker.js").read_text("utf-8")
    files = {"pyodide.js": "self.loadPyodide = () => Promise.reject(new Error('no start'));", "pyodide.asm.js": ""}
    packed = [{"file": name, "base64": base64.b64encode(code.encode()).decode()} for name, code in files.items()]
    context = chromium.new_context()
    found = context.new_page().evaluate(
        """([source, files]) => new Promise((done) => { const seen = [];
          const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
          worker.onmessage = ({ data }) => {
            if (data.failed) for (const id of ["a", "b"]) worker.postMessage({ id, want: "screen", which: id });
            if (data.id) seen.push([data.id, data.error]);
            if (seen.length === 2) done(seen); };
          for (const one of files) worker.postMessage(one); })""",
        [source, packed],
    )
    assert found == [["a", "no start"], ["b", "no start"]]
    context.close()
