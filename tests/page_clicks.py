"""A person in front of the page, without a browser: what a screen offers, and the first of it clicked."""

import json
from dataclasses import dataclass, field

import lxml.html

from tradeanalysis.page import screen

# What is typed where a title proposes nothing.
TYPED = {"reporter": "Long An", "flow": "export", "year": "2023"}


@dataclass
class Walk:
    """A file at the page: its answers so far, and the screens that were seen."""

    name: str
    data: bytes
    lang: str = "vi"
    answers: dict = field(default_factory=dict)
    screens: list = field(default_factory=list)

    def look(self):
        """The next screen, as a tree."""
        self.screens.append(screen(self.name, self.data, self.answers, self.lang))
        return lxml.html.fragment_fromstring(self.screens[-1], create_parent="main")

    def to_the_end(self, most=6):
        """Click the first of what is offered, until there is the answer or nothing to click."""
        for _ in range(most):
            if not self.click(self.look()):
                break
        return self

    def click(self, main):
        """The first fix, else the form of the screen; False where there is neither."""
        if main.xpath('//*[@class="numbers"]'):
            return False
        if buttons := main.xpath('//ul[@class="fixes"]//button'):
            if "data-set" in buttons[0].attrib:
                self.answers |= json.loads(buttons[0].get("data-set"))
            else:
                self.forget(buttons[0].get("data-unset"))
            return True
        forms = main.xpath("//form[@data-ask and not(ancestor::details)]")
        if not forms:
            return False
        self.answers |= fields_of(forms[0]) | json.loads(forms[0].get("data-set", "{}"))
        return True

    def forget(self, keys):
        """Take answers back, with those that are parts of them, such as the rates of years."""
        gone = [one for one in self.answers if one in keys.split() or one.split(".")[0] in keys.split()]
        for one in gone:
            del self.answers[one]

    @property
    def answered(self):
        """Whether the last screen is the answer."""
        return 'class="numbers"' in self.screens[-1]


def fields_of(form):
    """The named fields of a form as they stand; where they are empty, what a person types."""
    found = {}
    for one in form.xpath(".//input[@name] | .//select[@name]"):
        name = one.get("name")
        if one.tag == "select":
            chosen = one.xpath(".//option[@selected]") or one.xpath(".//option")
            found[name] = chosen[0].get("value", chosen[0].text)
        elif one.get("type") == "radio":
            found[name] = one.get("value") if one.get("checked") is not None else found.get(name, TYPED[name])
        else:
            found[name] = one.get("value") or TYPED[name]
    return found


def text_of(html):
    """The words of a screen."""
    main = lxml.html.fragment_fromstring(html, create_parent="main")
    return " ".join(" ".join(main.itertext()).split())
