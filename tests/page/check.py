#!/usr/bin/env python3
"""Opens the pages of `landgrant plan` and `landgrant matrix` in a real browser and uses them.

usage: tests/page/check.py LANDGRANT [CHROMIUM]

Of the example, of the same with hostile names, of an incomplete reading and of a thousand accounts: filters,
paths behind cells, the keyboard, dark mode, paper. No page may ask for anything but itself, log anything to the
console, or run what a name says. With PAGES=DIR it leaves screenshots there.
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOSTILE = '<img src=x onerror="window.pwned=1">'
ENDING = "</script><script>window.pwned=1</script><!--"
HIDDEN = "a\u202eb\u001b[31mc\u200bd"
SHOTS = os.environ.get("PAGES")


def run(landgrant, folder, *words, codes=(0,)):
    """What a command prints."""
    done = subprocess.run([landgrant, "-C", str(folder), *words], capture_output=True, check=False)
    assert done.returncode in codes, (words, done.returncode, done.stderr.decode())
    return done.stdout.decode()


class Browser:
    """Pages of files, each watched for whatever it asks for, says or runs."""

    def __init__(self, playwright, chromium, folder):
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.browser = playwright.chromium.launch(executable_path=chromium, args=options)
        self.folder = folder

    def page(self, name, text, **options):
        path = self.folder / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        address = path.as_uri()
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda message: page.troubles.append(message.text))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("dialog", lambda dialog: page.troubles.append("dialog"))

        def gate(route):
            if route.request.url.split("#")[0] == address:
                route.continue_()
            else:
                page.troubles.append(f"asked for {route.request.url}")
                route.abort()

        context.route("**/*", gate)
        page.goto(address)
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
        return page

    def done(self, page):
        assert page.troubles == [], page.troubles
        if page.evaluate("typeof DATA") == "object":
            assert page.evaluate("window.pwned") is None
        page.context.close()


def said(page, text):
    expect(page.locator("#said")).to_contain_text(text)


def example(browser, text):
    page = browser.page("matrix", text)
    said(page, "rows of")
    assert page.locator("[role=alert]").count() == 0
    assert "PlatformAdmin" in page.locator("#privileged").inner_text()
    assert "people can reach the management account" in page.locator("#findings").inner_text()
    # Filters, and what is said of them.
    page.get_by_label("Find in rows").fill("LOYALTY-dev")
    said(page, "1 row of")
    page.get_by_label("Find accounts").fill("700100000008")
    said(page, "1 account of 12")
    cell = page.get_by_role("gridcell", name="group:loyalty-developers in loyalty-prod (700100000008): admin")
    assert cell.inner_text() == "A" and "loose" in cell.get_attribute("class")
    # The paths behind a cell.
    cell.click()
    detail = page.locator("#detail")
    for part in ("LoyaltyDeveloper", "inline *", "unmanaged", "an.nguyen@wallet.example"):
        assert part in detail.inner_text(), (part, detail.inner_text())
    page.get_by_label("Find in rows").fill("security-auditors")
    page.get_by_label("Find accounts").fill("")
    said(page, "12 accounts")
    page.locator("#least").select_option("5")
    said(page, "0 rows of")
    page.locator("#least").select_option("0")
    page.get_by_label("Find in rows").fill("")
    page.get_by_label("unmanaged only").check()
    said(page, "4 rows of")
    page.get_by_label("unmanaged only").uncheck()
    # People, by the keyboard alone.
    page.locator("#mode").select_option("people")
    said(page, "people of")
    page.get_by_label("Find in rows").fill("binh.ly")
    said(page, "1 person of")
    grid = page.get_by_role("grid")
    grid.focus()
    for key in ("ArrowDown", "Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
        active = grid.get_attribute("aria-activedescendant")
        assert page.locator(f"[id='{active}']").count() == 1, (key, active)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "detail"
    text = detail.inner_text()
    assert "binh.ly@wallet.example" in text and "group:loyalty-developers" in text, text
    assert "teams/loyalty.toml:" in text, text
    # The first stop of the keyboard leads past what comes before the report.
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    # Every control has a name; the map is a grid of rows and cells.
    unnamed = "[...document.querySelectorAll('input,select')].filter((n) => !n.labels.length).length"
    assert page.evaluate(unnamed) == 0
    assert page.evaluate("document.querySelectorAll('[role=row] > [role=gridcell]').length") > 0
    browser.done(page)


def looks(browser, matrix, plan):
    for name, text in (("matrix", matrix), ("plan", plan)):
        papers = set()
        for scheme in ("light", "dark"):
            for width in (1280, 400):
                view = {"width": width, "height": 900}
                page = browser.page(f"{name}-{scheme}-{width}", text, color_scheme=scheme, viewport=view)
                papers.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
                # Only tables and the map may be wider than the screen, each in its own frame.
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                browser.done(page)
        assert len(papers) == 2, papers
        page = browser.page(f"{name}-paper", text, color_scheme="dark")
        paper = page.pdf(path=str(browser.folder / f"{name}.pdf"))
        assert paper.startswith(b"%PDF") and len(paper) > 10_000
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        ink = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert ink == "rgb(255, 255, 255)", ink
        if name == "matrix":
            assert page.locator(".printed tbody tr").count() == 71
            assert not page.locator("#grid").is_visible()
        browser.done(page)


def hostile(browser, landgrant, folder, snapshot):
    names = snapshot["identity_center"]
    by_name = {group["name"]: group for group in names["groups"]}
    by_name["platform-admins"]["name"] = HOSTILE
    by_name["break-glass"]["name"] = ENDING
    by_name["poc-team"]["description"] = ENDING
    names["users"][0]["user_name"] = HIDDEN
    names["permission_sets"][1]["name"] = HOSTILE
    accounts = snapshot["organization"]["accounts"]
    accounts[1]["name"], accounts[2]["name"] = ENDING, HIDDEN
    path = folder / "hostile.json"
    path.write_text(json.dumps(snapshot), encoding="utf-8")
    live = ("--live", str(path))
    text = run(landgrant, folder, *live, "matrix", "--format", "html", codes=(0, 65, 7))
    assert "\u202e" not in text and "\u001b" not in text and "<img" not in text
    page = browser.page("hostile", text)
    said(page, "rows of")
    page.get_by_label("Find in rows").fill("<img")
    said(page, "1 row of")
    title = page.locator("#grid [role=rowheader]")
    assert f"group:{HOSTILE}" in title.inner_text()
    title.click()
    assert HOSTILE in page.locator("#detail").inner_text()
    assert ENDING in page.locator("[role=columnheader]").all_inner_texts()
    assert any("a\\u{202e}b\\u{1b}[31mc\\u{200b}d" in one for one in page.locator("[role=columnheader]").all_inner_texts())
    assert page.locator("img").count() == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    browser.done(page)
    text = run(landgrant, folder, *live, "plan", "--format", "html", codes=(0, 3, 7, 65))
    if text:
        assert "\u202e" not in text and "<img" not in text
        page = browser.page("hostile-plan", text)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.locator("img").count() == 0
        assert HOSTILE in page.locator("main").inner_text()
        browser.done(page)


def incomplete(browser, landgrant, folder, snapshot):
    gap = {"part": "users", "operation": "identitystore:ListUsers", "code": "AccessDeniedException", "message": HOSTILE}
    snapshot["gaps"] = [gap]
    path = folder / "incomplete.json"
    path.write_text(json.dumps(snapshot), encoding="utf-8")
    for words in (("matrix",), ("plan",)):
        text = run(landgrant, folder, "--live", str(path), *words, "--format", "html", codes=(7, 3, 65))
        if not text:
            continue
        page = browser.page(f"incomplete-{words[0]}", text)
        assert page.get_by_role("alert").inner_text().startswith("INCOMPLETE"), words
        assert "AccessDeniedException" in page.locator("main").inner_text()
        browser.done(page)
        # It stands there even where no script runs.
        page = browser.page("bare", text, java_script_enabled=False)
        assert page.get_by_role("alert").inner_text().startswith("INCOMPLETE")
        assert "JavaScript" in page.locator("noscript").inner_text()
        page.context.close()


def large(browser, text):
    """A thousand groups in a thousand accounts: the page of the example with other data."""
    begin = text.index('id="data">') + len('id="data">')
    end = text.index("</script>", begin)
    data = json.loads(text[begin:end])
    chance = random.Random(1)
    people, count = range(5000), 1000
    data["accounts"] = [[f"account-{n:04}", f"{n:012}", f"OU {n % 20}", "ACTIVE", 0, 0, "", []] for n in range(count)]
    data["people"] = [[f"p{n:04}@x.example", None, "", []] for n in people]
    data["groups"] = [[f"group-{n:04}", sorted(chance.sample(people, 8)), 1, "", 0, None, []] for n in range(count)]
    sets, whys = len(data["sets"]), len(data["whys"])
    data["grants"] = [
        number
        for group in range(count)
        for account in chance.sample(range(count), 200)
        for number in (account, chance.randrange(sets), group * 2, chance.randrange(whys))
    ]
    page = browser.page("large", text[:begin] + json.dumps(data) + text[end:])
    said(page, "1,000 rows of 1,000, 1,000 accounts of 1,000")
    rows = page.locator("#grid .gridrow")
    assert 15 < rows.count() < 60, rows.count()
    assert rows.first.locator("[role=gridcell]").count() > 2
    nodes = "document.getElementById('grid').querySelectorAll('*').length"
    assert page.evaluate(nodes) < 3000, page.evaluate(nodes)
    grid = page.get_by_role("grid")
    grid.focus()
    page.keyboard.press("Control+End")
    said(page, "1,000 rows")
    active = grid.get_attribute("aria-activedescendant")
    assert page.locator(f"[id='{active}']").count() == 1 and active == "c999_999", active
    assert page.evaluate(nodes) < 3000, page.evaluate(nodes)
    page.get_by_label("Find in rows").fill("group-01")
    said(page, "100 rows of 1,000")
    page.get_by_label("Find accounts").fill("ou 7")
    said(page, "50 accounts")
    browser.done(page)


def reviewed(browser, text):
    page = browser.page("plan", text)
    main = page.locator("main")
    for part in ("Gain", "Lose", "Narrow", "no longer allows *", "may live up to PT12H", "keeps", "To apply it"):
        assert part.lower() in main.inner_text().lower(), part
    rows = page.locator(".rows tbody tr:visible, .rows.changes > li:visible")
    everything = rows.count()
    page.get_by_label("dangerous only").check()
    expect(page.locator("output")).to_contain_text(" of ")
    assert 0 < rows.count() < everything
    page.get_by_label("dangerous only").uncheck()
    page.get_by_label("Search").fill("TempAdmin")
    expect(page.locator("output")).to_contain_text(" of ")
    found = rows.all_inner_texts()
    assert found and all("TempAdmin" in one for one in found), found
    page.get_by_label("Search").fill("permission_set/LoyaltyDeveloper")
    expect(page.locator("output")).to_contain_text("2 of ")
    page.locator(".rows.changes summary:visible").first.click()
    assert '"Action"' in page.locator(".rows.changes pre:visible").first.inner_text()
    browser.done(page)


def main():
    landgrant = str(pathlib.Path(sys.argv[1]).resolve())
    chromium = sys.argv[2] if len(sys.argv) > 2 else shutil.which("chromium")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = pathlib.Path(scratch) / "wallet"
        ignored = shutil.ignore_patterns(".landgrant")
        shutil.copytree(ROOT / "examples" / "e-wallet", folder, ignore=ignored)
        snapshot = folder / "snapshot.json"
        run(landgrant, folder, "--sandbox", "snapshot", "--out", str(snapshot))
        matrix = run(landgrant, folder, "--live", str(snapshot), "matrix", "--format", "html")
        assert matrix == run(landgrant, folder, "--live", str(snapshot), "matrix", "--format", "html")
        plan = run(landgrant, folder, "--live", str(snapshot), "plan", "--format", "html")
        browser = Browser(playwright, chromium, folder)
        example(browser, matrix)
        reviewed(browser, plan)
        looks(browser, matrix, plan)
        hostile(browser, landgrant, folder, json.loads(snapshot.read_text()))
        incomplete(browser, landgrant, folder, json.loads(snapshot.read_text()))
        large(browser, matrix)
        browser.browser.close()
    print("pages: filters, paths, keyboard, hostile names, incomplete readings, dark, narrow, paper, a thousand accounts")


if __name__ == "__main__":
    main()
