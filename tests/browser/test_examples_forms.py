"""The examples around forms and sessions, used as a person would."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect
from support.server import wait_until


def open_at(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("html[data-via-connection=open]", state="attached")


@contextmanager
def answers(page: Page, count: int) -> Iterator[None]:
    """Waits, when left, until so many actions have been answered since it was entered."""
    page.evaluate(COUNT_ANSWERS)
    yield
    wait_until(lambda: page.evaluate("window.answered") >= count, f"{count} answers")


COUNT_ANSWERS = """() => {
    window.answered = 0;
    document.addEventListener("datastar-fetch", ({ detail }) => {
        if (detail.type === "finished") window.answered++;
    });
}"""


def error_of(page: Page, label: str):
    return page.locator("label", has_text=label).first.locator(".error")


def test_sign_up_shows_every_error_beside_its_input(example, page):
    open_at(page, example("signup").url)
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator(".error")).to_have_text(
        [
            "Choose a name",
            "We need your email address",
            "Choose a password",
            "Please accept the terms",
        ]
    )
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")

    page.get_by_label("Name").fill("Not Good")
    page.get_by_label("Email").fill("nowhere")
    page.locator("input[type=password]").first.fill("short")
    page.get_by_label("Password again").fill("other")
    page.get_by_label("Age").fill("17")
    page.get_by_label("I accept").check()
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator(".error")).to_have_text(
        [
            "Small letters, digits and _ only",
            "Must be an email address",
            "Must be at least 8 characters",
            "The passwords differ",
            "You must be 18 or older",
        ]
    )
    expect(page.get_by_label("Email")).to_have_value("nowhere")


def fill_all_but_the_name(page: Page) -> None:
    page.get_by_label("Email").fill("grace@example.org")
    for password in page.locator("input[type=password]").all():
        password.fill("long enough")
    page.get_by_label("I accept").check()


def test_a_taken_name_is_said_while_typing_and_a_good_form_is_accepted(example, page):
    open_at(page, example("signup").url)
    name = page.get_by_label("Name")
    name.fill("ada")
    name.press("Tab")
    expect(error_of(page, "Name")).to_have_text("This name is taken")
    name.fill("grace")
    name.press("Tab")
    expect(page.locator(".error")).to_have_count(0)
    fill_all_but_the_name(page)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("status")).to_have_text("Welcome, grace!")
    expect(page.locator(".error")).to_have_count(0)
    expect(name).to_have_value("")
    expect(page.get_by_label("I accept")).not_to_be_checked()


NOTE_ERRORS = """() => {
    window.errors = [];
    new MutationObserver(() => {
        const error = document.querySelector(".error");
        if (error && window.errors.at(-1) !== error.textContent)
            window.errors.push(error.textContent);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def test_enter_in_the_name_signs_up_and_its_late_check_says_nothing(example, page):
    open_at(page, example("signup").url)
    fill_all_but_the_name(page)
    page.evaluate(NOTE_ERRORS)
    name = page.get_by_label("Name")
    with answers(page, count=2):
        name.fill("grace")
        name.press("Enter")
    # The change waits for 200 ms, so its check came when the form had been emptied.
    expect(page.get_by_role("status")).to_have_text("Welcome, grace!")
    name.fill("ada")
    name.press("Tab")
    expect(error_of(page, "Name")).to_have_text("This name is taken")
    assert page.evaluate("window.errors") == ["This name is taken"]


def test_clear_empties_the_form_and_its_errors(example, page):
    open_at(page, example("signup").url)
    page.get_by_label("Name").fill("ab")
    with answers(page, count=2):  # the form's, and 200 ms later that of the name's check
        page.get_by_role("button", name="Sign up").click()
    expect(error_of(page, "Name")).to_have_text("Must be at least 3 characters")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".error")).to_have_count(0)
    expect(page.get_by_label("Name")).to_have_value("")


def test_only_members_see_the_dashboard(example, page):
    url = example("auth").url
    page.goto(f"{url}/dashboard")
    expect(page).to_have_url(f"{url}/login")
    expect(page.get_by_role("status")).to_have_text("Please log in first")
    page.wait_for_selector("html[data-via-connection=open]", state="attached")

    page.get_by_placeholder("Username").fill("admin")
    page.get_by_placeholder("Password").fill("wrong")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("Invalid credentials")
    page.get_by_placeholder("Password").fill("secret")
    page.get_by_role("button").click()
    expect(page.locator("h1")).to_have_text("Welcome, admin")
    expect(page).to_have_url(f"{url}/dashboard")

    page.wait_for_selector("html[data-via-connection=open]", state="attached")
    page.get_by_role("button", name="Log Out").click()
    expect(page).to_have_url(f"{url}/login")
    page.goto(f"{url}/dashboard")
    expect(page).to_have_url(f"{url}/login")


def test_profiles_live_under_their_path(example, page):
    url = example("profiles").url
    open_at(page, url)
    page.get_by_role("link", name="Ada Lovelace").click()
    expect(page).to_have_url(f"{url}/users/ada/about")
    expect(page).to_have_title("Ada Lovelace")
    expect(page.locator("#part")).to_contain_text("the first program")
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Unfollow")).to_be_visible()
    page.get_by_role("link", name="Followers").click()
    expect(page).to_have_url(f"{url}/users/ada/followers")
    expect(page.locator("#part")).to_have_text("1 follower")
    expect(page.locator("nav [aria-current]")).to_have_text("Followers")

    page.goto(f"{url}/users/grace")
    expect(page).to_have_url(f"{url}/users/grace/about")
    page.goto(f"{url}/users/nobody/about")
    expect(page).to_have_url(f"{url}/")


def test_the_plugin_counts_visits_and_serves_them_as_json(example, page):
    url = example("plugin").url
    open_at(page, url)
    expect(page.locator("meta[name=theme-color]")).to_have_attribute("content", "#0b6e62")
    expect(page.locator("tbody tr")).to_have_text(["home1"])
    page.get_by_role("link", name="News").click()
    expect(page.locator("tbody tr")).to_have_text(["home1", "news1"])
    expect(page).to_have_title("News")
    page.get_by_role("link", name="Home").click()
    expect(page.locator("tbody tr")).to_have_text(["home2", "news1"])
    page.get_by_role("link", name="As JSON").click()
    expect(page.locator("body")).to_contain_text('{"home":2,"news":1}')
