"""The examples that live: charts, games, components, a layout and a shared list."""

from playwright.sync_api import Page, expect


def open_at(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("html[data-via-connection=open]", state="attached")


def fox_at(page: Page) -> int:
    return page.locator(".grid span").evaluate_all(
        "squares => squares.findIndex(square => square.className === 'fox')"
    )


def test_the_arrow_keys_move_the_fox(example, page, wait_until):
    open_at(page, example("grid").url)
    page.set_viewport_size({"width": 400, "height": 200})  # so that arrow keys would scroll
    for key, square in (
        ("ArrowRight", 1),
        ("ArrowDown", 9),
        ("ArrowLeft", 8),
        ("ArrowLeft", 8),
        ("ArrowUp", 0),
        ("ArrowUp", 0),
        ("ArrowDown", 8),
    ):
        page.keyboard.press(key)
        wait_until(lambda square=square: fox_at(page) == square, f"the fox on {square}")
    assert page.evaluate("scrollY") == 0
    page.get_by_role("button", name="right").click()
    wait_until(lambda: fox_at(page) == 9, "the fox to follow the button")
    page.locator("body").press("Enter")
    wait_until(lambda: fox_at(page) == 0, "a new game")


def test_the_fox_collects_every_star(example, page, wait_until):
    open_at(page, example("grid").url)
    stars = page.locator(".star")
    expect(stars).to_have_count(6)
    for row in range(8):
        key = "ArrowLeft" if row % 2 else "ArrowRight"
        for press in [key] * 7 + ["ArrowDown"] * (row < 7):
            page.keyboard.press(press)
    expect(page.locator("#left")).to_have_text("All stars found!")
    expect(stars).to_have_count(0)


def test_each_component_has_a_state_of_its_own(example, page):
    open_at(page, example("components").url)
    home, guests = page.locator(".team").all()
    for _ in range(3):
        home.get_by_role("button", name="Goals more").click()
    home.get_by_role("button", name="Fouls more").click()
    guests.get_by_role("button", name="Goals more").click()
    expect(home.locator(".figure")).to_have_text("2")
    expect(home.locator("output")).to_have_text(["3", "1"])
    expect(guests.locator(".figure")).to_have_text("1")
    expect(guests.locator("output")).to_have_text(["1", "0"])


def test_the_chart_grows_until_it_is_stopped(example, page, wait_until):
    open_at(page, example("chart").url)
    line = page.locator("polyline")

    def points() -> int:
        return len((line.get_attribute("points") or "").split())

    wait_until(lambda: points() > 5, "the chart to grow")
    assert page.locator("svg").evaluate("svg => svg.namespaceURI").endswith("/svg")
    assert line.evaluate("line => line.getBoundingClientRect().width") > 0
    page.get_by_role("button", name="Stop").click()
    start = page.get_by_role("button", name="Start")
    expect(start).to_be_visible()
    stopped = points()
    start.click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    wait_until(lambda: points() > stopped + 3, "the chart to go on")


def test_bookmarks_are_shared_live_and_kept(example, new_page):
    url = example("bookmarks").url
    ada, bob = new_page(), new_page()
    open_at(ada, url)
    open_at(bob, url)
    expect(ada.locator("main")).to_contain_text("Nothing shared yet.")
    ada.get_by_label("Address").fill("javascript:alert(1)")
    ada.get_by_role("button").click()
    expect(ada.locator(".error")).to_have_text("An address begins with http:// or https://")
    ada.get_by_label("Address").fill("https://example.org/a?b=<c>")
    ada.get_by_label("Title").fill("<i>Ada's</i>")
    ada.get_by_role("button").click()
    for page in (ada, bob):
        link = page.locator("#bookmarks a")
        expect(link).to_have_text(["<i>Ada's</i>"])
        expect(link).to_have_attribute("href", "https://example.org/a?b=<c>")
    expect(ada.get_by_label("Address")).to_have_value("")
    bob.get_by_label("Address").fill("http://example.net/x")
    bob.get_by_role("button").click()
    expect(ada.locator("#bookmarks a")).to_have_text(["example.net", "<i>Ada's</i>"])
    carl = new_page()
    open_at(carl, url)
    expect(carl.locator("#bookmarks a")).to_have_text(["example.net", "<i>Ada's</i>"])


def test_the_layout_keeps_its_search_from_page_to_page(example, page):
    url = example("spa").url
    open_at(page, url)
    page.evaluate("window.mark = 1")
    search = page.locator("#search")
    search.press_sequentially("sat")
    expect(page.locator(".planets a:visible")).to_have_text(["Saturn"])
    page.locator(".planets a:visible").click()
    expect(page).to_have_url(f"{url}/planets/saturn")
    expect(page).to_have_title("Saturn")
    expect(search).to_have_value("sat")
    disc = page.locator(".disc")
    assert disc.evaluate("disc => getComputedStyle(disc).viewTransitionName") == "planet-saturn"
    page.get_by_role("link", name="Clock").click()
    expect(page).to_have_title("Clock")
    clock = page.locator("#clock")
    shown = clock.inner_text()
    expect(clock).not_to_have_text(shown)
    page.go_back()
    page.go_back()
    expect(page.locator(".planets a:visible")).to_have_text(["Saturn"])
    assert page.evaluate("window.mark") == 1

    page.get_by_role("link", name="About").click()
    page.get_by_role("link", name="Load the first page in full").click()
    expect(page.locator(".planets a:visible")).to_have_count(8)
    assert page.evaluate("window.mark") is None


def test_everybody_sees_each_vote_and_has_one(example, new_page):
    server = example("poll")
    ada, bob = new_page(), new_page()
    for person in (ada, bob):
        open_at(person, server.url)
    ada.get_by_role("button", name="Curry").click()
    for person in (ada, bob):
        expect(person.locator("#curry output")).to_have_text("1")
        expect(person.get_by_role("progressbar", name="Curry: 100 %")).to_be_visible()
    bob.get_by_role("button", name="Soup").click()
    ada.get_by_role("button", name="Soup").click()  # another mind, not another vote
    for person in (ada, bob):
        expect(person.locator("#soup output")).to_have_text("2")
        expect(person.locator("#curry output")).to_have_text("0")
        expect(person.locator("main")).to_contain_text("Votes: 2")
