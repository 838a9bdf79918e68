"""A tab's queue of handlers, by itself."""

import asyncio

import pytest

from via.mailbox import Mailbox, MailboxClosed


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_whoever_waits_for_a_job_hears_of_the_end_however_early_it_comes(steps):
    async def scenario() -> None:
        async def job() -> None:
            await asyncio.Event().wait()

        mailbox = Mailbox(asyncio.get_running_loop(), lambda job, error: None, lambda: None)
        outcomes = [mailbox.submit(job), mailbox.submit(job)]
        for _ in range(steps):
            await asyncio.sleep(0)
        mailbox.close()
        for outcome in outcomes:
            with pytest.raises(MailboxClosed):
                await asyncio.wait_for(outcome, 10)

    asyncio.run(scenario())
