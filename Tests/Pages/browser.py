"""A headless Chromium, spoken to through chromedriver (W3C WebDriver) with nothing but the standard library."""
import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

KEYS = {
    "left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015", "home": "\ue011", "end": "\ue010",
    "page up": "\ue00e", "page down": "\ue00f", "enter": "\ue007", "escape": "\ue00c", "shift": "\ue008", "tab": "\ue004",
    "space": " ",
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    """One window of one browser; ends with everything that it started."""

    def __init__(self, width=1280, height=800, dark=False):
        self.profile = tempfile.mkdtemp(prefix="decree-pages-")
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        self.session = None
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            self._begin(width, height, dark)
        except BaseException:
            self.__exit__()
            raise

    def _begin(self, width, height, dark):
        options = {
            "binary": shutil.which("chromium"),
            "args": ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars=false", "--no-first-run",
                     # In containers there is no sandbox to be had, and nothing but own pages is opened.
                     "--no-sandbox", f"--user-data-dir={self.profile}"],
        }
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self._send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = answer["sessionId"]
        self.resize(width, height)
        self.scheme(dark)

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rstrip(". \n").rsplit(" ", 1)[1])
        raise RuntimeError("chromedriver ended before it said on which port it listens")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self.session:
                self._send("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            shutil.rmtree(self.profile, ignore_errors=True)

    def _send(self, method, path, body=None):
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            self.base + path, data=data, method=method, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read().decode()[:600]}") from None

    def do(self, method, path, body=None):
        return self._send(method, f"/session/{self.session}{path}", body)

    def devtools(self, command, **parameters):
        return self.do("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    # What a user does

    def open(self, url):
        self.do("POST", "/url", {"url": url})

    def resize(self, width, height):
        """The page itself gets this size, whatever a window may at least have."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=width < 600)

    def scheme(self, dark):
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def find(self, selector):
        return self.do("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.do("POST", f"/element/{self.find(selector)}/click")

    def press(self, *keys):
        """Keys at once, the last one let go first."""
        signs = [KEYS.get(key, key) for key in keys]
        actions = [{"type": "keyDown", "value": sign} for sign in signs]
        actions += [{"type": "keyUp", "value": sign} for sign in reversed(signs)]
        self.do("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def type(self, text):
        for sign in text:
            self.press(sign)

    def enter(self, selector):
        """What follows is done in a page within the page, until it is left."""
        self.do("POST", "/frame", {"id": {ELEMENT: self.find(selector)}})

    def leave(self):
        self.do("POST", "/frame", {"id": None})

    # What is seen

    def run(self, script, *arguments):
        return self.do("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? null", selector)

    def attribute(self, selector, name):
        return self.run("return document.querySelector(arguments[0])?.getAttribute(arguments[1])", selector, name)

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def complaints(self):
        """What the page wrote to the console since it was asked last."""
        return [entry["message"] for entry in self.do("POST", "/se/log", {"type": "browser"})]

    def wait(self, script, what, seconds=10):
        end = time.monotonic() + seconds
        while not self.run(script):
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {seconds} s")
            time.sleep(0.02)

    def photograph(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.do("GET", "/screenshot")))
