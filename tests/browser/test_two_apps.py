"""Two apps on one NATS cluster, a real browser on each, while a server of the cluster dies."""

from playwright.sync_api import expect
from support.nats_cluster import Cluster, board


def test_browsers_on_two_apps_see_each_other_also_after_a_server_died(
    serve, new_page, tmp_path
) -> None:
    cluster = Cluster(tmp_path)
    try:
        heard: list[list[str]] = [[], []]
        pages = []
        for lines in heard:
            server = serve(board(cluster, lines))
            page = new_page()
            page.goto(server.url)
            page.wait_for_selector("html[data-via-connection=open]", state="attached")
            pages.append(page)
        for number in range(6):
            if number == 2:
                cluster.servers[0].kill()
                cluster.servers[0].wait()
            writer = pages[number % 2]
            writer.locator("input").fill(f"line {number}")
            writer.locator("button").click()
            for page in pages:
                expect(page.locator("li")).to_have_text(
                    [f"line {n}" for n in range(number + 1)], timeout=30_000
                )
        assert heard[0] == heard[1] == [f"line {n}" for n in range(6)]
    finally:
        cluster.stop()
