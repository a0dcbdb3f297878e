"""A person at the page, as far as Selenium can be one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.closing_notes import note

PATIENCE_SECONDS = 20

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1200,1600",
    # Nothing but this machine has a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextmanager
def chromium(folder: Path, config: pytest.Config) -> Iterator[Chrome]:
    """Debian's Chromium; the test is skipped where there is none, except in CI with apt."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        if os.environ.get("CI") == "true" and shutil.which("apt-get"):
            pytest.fail("no chromium: .ci/run should have installed it")
        missing = " and no ".join(
            name for name, path in (("chromium", program), ("chromedriver", driver)) if path is None
        )
        note(config, f"/docs not tried in a browser: there is no {missing}.")
        pytest.skip(f"there is no {missing}")
    options = Options()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


class Page:
    """The API page in a browser."""

    def __init__(self, browser: Chrome, base_url: str) -> None:
        self.browser = browser
        self._wait = WebDriverWait(browser, PATIENCE_SECONDS)
        browser.get(f"{base_url}/docs")
        self._wait.until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".opblock"))

    def log_in(self, account: str, username: str, password: str) -> str:
        """Fill in the form and send it; what the page says then."""
        outcome = self.browser.find_element(By.ID, "outcome")
        for name, text in (("account", account), ("username", username), ("password", password)):
            self.write(self.browser.find_element(By.ID, name), text)
        self.browser.find_element(By.ID, "submit").click()
        self._wait.until(lambda _: outcome.get_attribute("class") in ("good", "bad"))
        return outcome.text

    def authorize(self, token: str) -> None:
        """Paste a token into the dialogue behind “Authorize”."""
        self.browser.find_element(By.CSS_SELECTOR, ".btn.authorize").click()
        dialogue = self._wait.until(
            lambda browser: browser.find_element(By.CSS_SELECTOR, ".modal-ux")
        )
        self.write(dialogue.find_elements(By.CSS_SELECTOR, "input")[0], token)
        dialogue.find_elements(By.CSS_SELECTOR, ".btn.authorize")[0].click()
        dialogue.find_element(By.CSS_SELECTOR, ".btn-done").click()

    def try_out(
        self, operation: str, body: str | None = None, **parameters: str
    ) -> tuple[int, str]:
        """Open an operation, fill it in, and execute it: the status and the body shown."""
        block = self.browser.find_element(By.CSS_SELECTOR, f'[id$="-{operation}"]')
        self._click(block.find_element(By.CSS_SELECTOR, ".opblock-summary-control"))
        execute = self._soon(block, ".execute")
        for clear in block.find_elements(By.CSS_SELECTOR, ".btn-clear"):
            self._click(clear)
        for name, text in parameters.items():
            self.write(self._soon(block, f'tr[data-param-name="{name}"] input'), text)
        if body is not None:
            self.write(self._soon(block, "textarea.body-param__text"), body)
        self._click(execute)
        shown = self._soon(block, ".live-responses-table .response")
        status = shown.find_element(By.CSS_SELECTOR, ".response-col_status").text.split()[0]
        text = self._soon(shown, ".response-col_description pre").text
        self._click(block.find_element(By.CSS_SELECTOR, ".opblock-summary-control"))
        return int(status), text

    def complaints(self) -> list[str]:
        """What the browser's console says of the page itself."""
        return [
            entry["message"]
            for entry in self.browser.get_log("browser")
            if "the server responded with a status of" not in entry["message"]
        ]

    def write(self, field: WebElement, text: str) -> None:
        """Replace what a field holds."""
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.DELETE)
        field.send_keys(text)

    def _soon(self, within: WebElement, selector: str) -> WebElement:
        """An element that may have yet to appear."""
        return self._wait.until(lambda _: within.find_element(By.CSS_SELECTOR, selector))

    def _click(self, element: WebElement) -> None:
        # The form to log in stays on top of what scrolls below it.
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
