"""Plain ccxt.pro doing what the feed process does: every trade, book update and quote of one symbol.

Runs as a program: prints a line once it is subscribed and ends with its standard input.
"""

import asyncio
import sys

import ccxt.pro
import uvloop

SYMBOL = "BTC/USDT:USDT"


async def _main(url: str) -> None:
    exchange = ccxt.pro.binanceusdm({"newUpdates": True, "options": {"tradesLimit": 10_000}})
    api = exchange.urls["api"]
    for name in ("fapiPublic", "fapiPublicV2", "fapiPublicV3"):
        api[name] = f"{url}/fapi/v1"
    api["ws"]["linear"] = f"{url.replace('http', 'ws')}/ws"
    await exchange.load_markets()
    rows = {"trades": 0, "books": 0, "quotes": 0}

    async def trades() -> None:
        while True:
            rows["trades"] += len(await exchange.watch_trades_for_symbols([SYMBOL], params={"name": "trade"}))

    async def books() -> None:
        while True:
            await exchange.watch_order_book_for_symbols([SYMBOL])
            rows["books"] += 1

    async def quotes() -> None:
        while True:
            await exchange.watch_bids_asks([SYMBOL])
            rows["quotes"] += 1

    tasks = [asyncio.create_task(work()) for work in (trades, books, quotes)]
    await asyncio.sleep(1.0)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)
    print(rows, flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await exchange.close()


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1]))
