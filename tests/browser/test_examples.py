"""The examples, used as a person would: in real Chromium, over the embedded broker."""

import os
import signal

from playwright.sync_api import Page, expect

from via.app import running


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def connected(page: Page) -> None:
    page.wait_for_selector("html[data-via-connection=open]", state="attached")


def test_two_people_chat_and_closing_a_tab_frees_all_it_held(example, new_page, wait_until):
    server = example("chat")
    app = server.app
    ada, bob = new_page(), new_page()
    for person, name in ((ada, "Ada"), (bob, "Bob")):
        person.goto(server.url)
        assert person.url.endswith("/general")
        connected(person)
        person.locator("#name").fill(name)

    say(ada, "Hello <b>Bob</b> & all")
    expect(bob.locator("#messages li").last).to_contain_text("Hello <b>Bob</b> & all")
    expect(bob.locator("#messages li").last).to_contain_text("Ada")
    expect(ada.locator("#text")).to_have_value("")
    say(bob, "Hi Ada")
    expect(ada.locator("#messages li").last).to_contain_text("Hi Ada")

    ada.get_by_role("link", name="#python").click()
    expect(ada.locator("#messages li")).to_have_text(["Nobody has said a word."])
    connected(ada)
    say(ada, "import this")
    expect(ada.locator("#messages li p")).to_have_text(["import this"])
    expect(bob.locator("#messages li p")).to_have_count(2)

    bob.get_by_role("link", name="#python").click()
    expect(bob.locator("#messages li p")).to_have_text(["import this"])
    bob.get_by_role("link", name="#general").click()
    expect(bob.locator("#messages li p")).to_have_text(["Hello <b>Bob</b> & all", "Hi Ada"])
    connected(bob)

    wait_until(lambda: len(running(app).registry.tabs) == 2, "the left pages to be freed")
    bob.close()
    wait_until(lambda: len(running(app).registry.tabs) == 1, "the closed tab's context to be freed")
    wait_until(
        lambda: running(app).messaging.hub.counts().listeners == 1, "its subscriptions to be freed"
    )


def test_the_history_is_the_last_fifty_messages_oldest_first(example, page, wait_until):
    server = example("chat")
    page.goto(server.url)
    connected(page)
    for number in range(53):
        say(page, f"line {number}")
        expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#messages li p")).to_have_count(53)
    page.reload()
    lines = page.locator("#messages li p")
    expect(lines).to_have_count(50)
    expect(lines.first).to_have_text("line 3")
    expect(lines.last).to_have_text("line 52")


def test_the_chat_goes_on_when_its_broker_is_killed(example, new_page, tmp_path, wait_until):
    server = example("chat", nats_dir=tmp_path / "store")
    ada, bob = new_page(), new_page()
    for person in (ada, bob):
        person.goto(f"{server.url}/music")
        connected(person)
    say(ada, "before")
    expect(bob.locator("#messages li p")).to_have_text(["before"])
    broker = running(server.app).messaging.server
    killed = broker.pid
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: broker.pid not in (0, killed), "the broker to be back")
    say(bob, "after")
    expect(ada.locator("#messages li p")).to_have_text(["before", "after"], timeout=20_000)
    late = new_page()
    late.goto(f"{server.url}/music")
    expect(late.locator("#messages li p")).to_have_text(["before", "after"])


def test_the_tab_survives_a_restart_of_the_server(example, page, console):
    console.allow("net::ERR_|Failed to load resource")
    server = example("chat")
    page.goto(server.url)
    connected(page)
    page.locator("#name").fill("Ada")
    say(page, "before")
    expect(page.locator("#messages li p")).to_have_text(["before"])
    page.locator("#text").fill("half-typ")

    server.stop()
    page.wait_for_selector("html[data-via-connection=reconnecting]", state="attached")
    server.start()
    connected(page)
    expect(page.locator("#messages li")).to_have_text(["Nobody has said a word."])

    expect(page.locator("#text")).to_have_value("half-typ")
    page.locator("#text").press("Enter")
    expect(page.locator("#messages li p").last).to_have_text("half-typ")
    expect(page.locator("#messages li").last).to_contain_text("Ada")


def test_the_counter_counts_by_the_bound_step(example, page):
    server = example("counter")
    page.goto(server.url)
    connected(page)
    page.get_by_role("button").click()
    expect(page.locator("#count")).to_have_text("Count: 1")
    page.locator("input").fill("5")
    page.get_by_role("button").click()
    page.get_by_role("button").click()
    expect(page.locator("#count")).to_have_text("Count: 11")


def test_the_greeter_binds_both_ways_and_hears_the_enter_key(example, page):
    server = example("greeter")
    page.goto(server.url)
    connected(page)
    field = page.locator("input")
    field.press_sequentially("Ada")
    expect(page.locator("#echo")).to_have_text("You type: Ada")
    field.press("Enter")
    expect(page.locator("#greeting")).to_have_text("Hello, Ada!")
    expect(field).to_have_value("")
    expect(page.locator("#echo")).to_have_text("You type: ")
    field.fill("Grace")
    page.get_by_role("button").click()
    expect(page.locator("#greeting")).to_have_text("Hello, Grace!")
