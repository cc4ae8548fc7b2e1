"""Somebody at the page in a browser, and the way from a file to its brief, whatever brings the page."""

from dataclasses import dataclass, field
from fractions import Fraction

import monthly_workbooks

import tradeanalysis as ta
from tradeanalysis.texts import month_name

MARKETS = {"Hoa Kỳ": "1250.5", "Trung Quốc": "410.0", "Nhật Bản": "300.2", "Hàn Quốc": "150.0"}
TOTAL = sum(map(Fraction, MARKETS.values()))
HHI = sum(Fraction(one) ** 2 for one in MARKETS.values()) / TOTAL**2
LARGEST = Fraction(MARKETS["Hoa Kỳ"]) / TOTAL
PATIENCE = 600_000  # milliseconds, on a machine that runs other tests
SIZES = ((390, 844), (1200, 900))
# What each file begins with.
DOWNLOADS = (("brief", b"<!"), ("workbook", b"PK"), ("svg:ranking", b"<?xml"), ("answers", b"{"))


def written(number, lang, digits):
    """A number with so many decimals, as the language writes it."""
    text = f"{float(number):,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def file_of_a_province(folder):
    """A province's table as an office makes it, with its total below."""
    path = folder / "thi_truong.csv"
    rows = [f"{name};{written(Fraction(value), 'vi', 1)}" for name, value in MARKETS.items()]
    lines = ["XUẤT KHẨU CỦA TỈNH LONG AN NĂM 2020;", "Thị trường;Kim ngạch (triệu USD)", *rows]
    path.write_text("\n".join([*lines, f"Tổng cộng;{written(TOTAL, 'vi', 1)}"]), "utf-8")
    return path


def file_of_exporters(folder):
    """Exports of three economies by product, which learn from each other."""
    path = folder / "san_pham.csv"
    cells = "AUT BEL 1 40,AUT CHE 1 10,BEL AUT 1 20,BEL CHE 1 30,CHE AUT 1 5,CHE BEL 1 15,AUT BEL 2 10,CHE BEL 2 25"
    rows = [f"{one.replace(' ', ';')};export;2023" for one in cells.split(",")]
    path.write_text("\n".join(["reporter;partner;product;value (mUSD);flow;year", *rows]), "utf-8")
    return path


@dataclass(frozen=True)
class Carrier:
    """What brings the page: the address that is opened, where the page then is, and what its browser is told."""

    address: str
    home: str
    options: dict = field(default_factory=dict)


class Person:
    """Somebody at the page, who has a keyboard; all that the browser complains of and asks for is noted."""

    def __init__(self, browser, carrier):
        at_a_desk = {"viewport": {"width": 1200, "height": 900}, "accept_downloads": True}
        self.context = browser.new_context(**{**at_a_desk, **carrier.options})
        self.carrier, self.complaints, self.requests = carrier, [], []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page = self.opened(carrier.address)

    def opened(self, address):
        """A tab with this address."""
        tab = self.context.new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.goto(address)
        return tab

    def begin(self):
        """Go to the first screen, in Vietnamese."""
        if self.page.locator("[data-restart]").count():
            self.page.click("[data-restart]")
        self.page.wait_for_selector("#file", state="attached")
        self.speak("vi")

    def speak(self, lang):
        """Choose a language."""
        if self.page.evaluate("document.documentElement.lang") != lang:
            self.page.click(f"[data-lang={lang}]")
            self.page.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)

    def reach(self, selector):
        """Press Tab until what is named has the focus."""
        for _ in range(150):
            if self.page.evaluate("one => document.activeElement.matches(one)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {selector}")

    def press(self, selector, then):
        """Go to what is named and press Enter; then the heading of the next screen has the focus."""
        self.reach(selector)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(then)
        self.page.wait_for_function("() => document.activeElement.matches('main h1')")

    def choose(self, file):
        """Go to where a file is chosen, and choose one; the dialog that Enter opens there is the browser's own."""
        self.reach("input[type=file]")
        self.page.set_input_files("input[type=file]:focus", file)
        self.page.wait_for_selector("table.seen")
        self.page.wait_for_function("() => document.activeElement.matches('main h1')")

    def text(self, selector):
        """What stands there."""
        return self.page.locator(selector).first.inner_text()

    def saved(self, which, folder):
        """What a button downloads."""
        self.reach(f"[data-download='{which}']")
        with self.page.expect_download() as loading:
            self.page.keyboard.press("Enter")
        path = folder / which / loading.value.suggested_filename
        loading.value.save_as(path)
        return path

    def called_elsewhere(self):
        """The requests that went anywhere but to where the page came from."""
        return [url for url in self.requests if not url.startswith(("data:", "blob:", self.carrier.home))]


def to_the_answer(person, file):
    """From the first screen to the answer: what was read, one decision, the answer."""
    person.choose(file)
    yield "seen"
    person.press("form[data-set] button.primary", then=".fixes")
    yield "decision"
    person.press(".fixes button", then=".numbers")
    yield "answer"


def lead_to_the_brief(one, folder):
    """By the keyboard alone: file, finding, one click, answer, slider, plan refused, nearest plan, brief opened."""
    one.begin()
    assert one.page.evaluate("document.cookie") == ""  # no script can read what lets the person in
    list(to_the_answer(one, file_of_a_province(folder)))
    assert written(HHI, "vi", 3) == written(ta.hhi(list(map(float, MARKETS.values()))), "vi", 3)
    assert written(HHI, "vi", 3) in one.text(".numbers")
    assert f"Hoa Kỳ chiếm {written(100 * LARGEST, 'vi', 1)}%" in one.text(".headline")
    assert one.page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")

    one.press("""button[data-set*='"closure"']""", then="#loss")
    one.reach("#loss")
    one.page.keyboard.press("ArrowLeft")
    lost = written(99 * LARGEST, "vi", 1)
    one.page.wait_for_function("lost => document.querySelector('#closure').innerText.includes(lost)", arg=f"({lost}%")

    one.press("""button[data-set*='"plan"']""", then="#plan .caution")
    assert f"{written(100 * LARGEST / Fraction('1.1'), 'vi', 2)}%" in one.text("#plan .caution")
    one.press(".nearest button", then="#plan .result")
    assert one.page.locator("#plan .caution").count() == 0
    assert one.page.locator("#plan tbody tr").count() >= len(MARKETS)

    one.press("""button[data-set*='"downloads"']""", then="[data-download=brief]")
    for which, begins in DOWNLOADS:
        assert one.saved(which, folder).read_bytes().startswith(begins)
    assert one.called_elsewhere() == []
    assert one.complaints == []

    (brief,) = (folder / "brief").iterdir()
    one.requests.clear()
    read = one.opened(brief.as_uri())
    assert "Long An" in read.locator("h1").first.inner_text()
    assert one.requests == [brief.as_uri()]
    assert one.complaints == []
    read.close()


# What is no table: its screen says so.
NO_TABLE = {"name": "thư.csv", "mimeType": "text/csv", "buffer": b"\x00\x01\x02"}


def faults_of_every_screen(one, folder, lang):
    """What axe finds on each screen, at each size; the keyboard alone leads to it."""
    one.begin()
    one.speak(lang)
    found = {"start": faults(one.page)}
    found |= {screen: faults(one.page) for screen in to_the_answer(one, file_of_a_province(folder))}
    assert written(HHI, lang, 3) in one.text(".numbers")
    for view, then in (("closure", "#closure .result"), ("plan", "#plan .caution"), ("downloads", ".downloads")):
        one.press(f"""button[data-set*='"{view}"']""", then=then)
        found[view] = faults(one.page)
        if view == "plan":
            one.press(".nearest button", then="#plan .result")
            found["plan that can be met"] = faults(one.page)
    one.press(".chips button[data-unset^='flow']", then="form .choice")  # what was answered is open again
    found["about"] = faults(one.page)
    one.begin()
    one.page.set_input_files("#file", NO_TABLE)
    one.page.wait_for_selector(".change")
    found["no table"] = faults(one.page)
    found |= _faults_of_the_month(one, folder, lang) | _faults_of_opportunities(one, folder, lang)
    return {screen: each for screen, each in found.items() if each}


def _faults_of_the_month(one, folder, lang):
    """The screen of the month with its table, then with the targets of a plan that was typed; and its page."""
    one.begin()
    one.speak(lang)
    list(to_the_answer(one, monthly_workbooks.workbook("2025-10", folder / "thang.xlsx")))
    one.press("""nav button[data-set*='"month"']""", then="main figure")
    one.reach("main section summary")
    one.page.keyboard.press("Enter")
    rows = one.page.locator("details[open] tbody tr")
    assert rows.first.inner_text().startswith(month_name("2025-10", lang))
    found = {"month": faults(one.page)}
    one.press("""section button[data-set*='"plan"']""", then="#plan .caution")
    for field_of, typed in (("#growth", "9"), ("#cap", "45")):
        one.reach(field_of)
        one.page.keyboard.press("ControlOrMeta+a")
        one.page.keyboard.type(typed)
    one.page.wait_for_selector("#plan .result")
    one.press("""nav button[data-set*='"month"']""", then="table.six")
    assert written(45, lang, 1) + "%" in one.text("main section:has(table.six)")
    found["month with targets"] = faults(one.page)
    assert one.saved("month", folder).read_bytes().startswith(b"<!")
    return found


def _faults_of_opportunities(one, folder, lang):
    one.begin()
    one.speak(lang)
    one.choose(file_of_exporters(folder))
    one.press("form[data-set] button.primary", then=".numbers")
    one.press("""nav button[data-set*='"opportunities"']""", then="main .result")
    return {"opportunities": faults(one.page)}


def faults(page):
    """What axe finds, and whether the page is wider than its window, at each size."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        seen = Axe().run(page, options={"preload": False}).response  # the page lets axe fetch no style sheet anew
        assert len(seen["passes"]) > 10
        found += [(width, one["id"], one["nodes"][0]["html"]) for one in seen["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [(width, "wider than its window", wide)] * (wide > width)
    return found
