"""Apps on several ports of one host, whose browsers send each of them the cookies of all."""

import pytest
from playwright.sync_api import Page, expect
from support.bank import open_bank


@pytest.fixture(params=["memory", "sqlite"])
def banks(request, serve, tmp_path) -> list[str]:
    """Two apps, of which neither knows of the other, on two ports of one host."""
    stores = [str(tmp_path / f"{n}.db") if request.param == "sqlite" else "memory" for n in "ab"]
    return [serve(open_bank(store).v).url for store in stores]


def log_in(page: Page, name: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    page.locator("input").fill(name)
    page.locator("#in").click()
    expect(page.locator("p").first).to_have_text(f"user {name}")


def test_a_login_does_not_end_the_login_in_another_app(banks, new_context, new_page):
    context = new_context()
    pages = [new_page(context) for _ in banks]
    for page, url, name in zip(pages, banks, ("Ada", "Bob"), strict=True):
        page.goto(url)
        log_in(page, name)
    for _ in range(2):
        for page, name in zip(pages, ("Ada", "Bob"), strict=True):
            page.reload()
            expect(page.locator("p").first).to_have_text(f"user {name}")


def test_pages_that_were_open_before_may_log_in_too(banks, new_context, new_page):
    context = new_context()
    pages = [new_page(context) for _ in banks]
    for page, url in zip(pages, banks, strict=True):
        page.goto(url)
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    for page, name in zip(pages, ("Ada", "Bob"), strict=True):
        log_in(page, name)
    log_in(pages[0], "Cleo")
    pages[1].reload()
    expect(pages[1].locator("p").first).to_have_text("user Bob")


def test_a_logout_ends_the_login_in_this_app_alone(banks, new_context, new_page):
    context = new_context()
    pages = [new_page(context) for _ in banks]
    for page, url, name in zip(pages, banks, ("Ada", "Bob"), strict=True):
        page.goto(url)
        log_in(page, name)
    for page, url in zip(pages, banks, strict=True):
        page.goto(f"{url}/account")
        expect(page.locator("html")).to_have_attribute("data-via-connection", "open")
    with pages[1].expect_response("**/_session/ready"):
        pages[1].locator("#out").click()
    pages[0].reload()
    expect(pages[0].locator("p").first).to_have_text("account of Ada")
    pages[1].reload()
    expect(pages[1].locator("p").first).to_have_text("user ")


def test_processes_of_one_app_share_its_logins_beside_another_app(serve, tmp_path, new_page):
    one, other = [serve(open_bank(str(tmp_path / "app.db")).v).url for _ in range(2)]
    page = new_page()
    page.goto(serve(open_bank("memory").v).url)
    log_in(page, "Eve")
    page.goto(one)
    log_in(page, "Ada")
    page.goto(other)
    expect(page.locator("p").first).to_have_text("user Ada")
