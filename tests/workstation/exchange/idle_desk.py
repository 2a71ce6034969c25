"""A desk as a program: follows the venue at the address given and prints its feed process, until killed."""

import asyncio
import sys

from workstation.exchange.live_feed import LiveFeed


async def _main(url: str) -> None:
    feed = LiveFeed("binance_usdm", ["BTCUSDT"], base_url=url)
    task = asyncio.create_task(feed.run(lambda batch: None))
    while not feed.instruments:
        await asyncio.sleep(0.01)
    print(feed.process_id, flush=True)
    await task


asyncio.run(_main(sys.argv[1]))
