"""The trading process: one account of one venue through ccxt, asked over a pipe, ended with the desk."""

import asyncio
import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from typing import BinaryIO, NoReturn

from workstation.errors import OrderRejected
from workstation.exchange import trading_wire as wire
from workstation.exchange.ccxt_venue import CcxtVenue, Credentials
from workstation.exchange.feed_process import own_pipes
from workstation.exchange.venues import entry_for
from workstation.ports import AccountEvent

log = logging.getLogger(__name__)

GRACE_S = 3.0


class _Speaker:
    """Writes messages on a thread of its own: a desk that is busy never stops the venue's side."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._messages: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="Messages", daemon=True)
        self._thread.start()

    def say(self, told: wire.Told) -> None:
        self._messages.put(wire.encode(told))

    def finish(self) -> None:
        self._messages.put(None)
        self._thread.join(GRACE_S / 2)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (content := self._messages.get()) is not None:
                self._pipe.write(content)
                self._pipe.flush()


def main() -> NoReturn:
    """Run until the desk is gone; the process ends here."""
    commands, messages = own_pipes()
    logging.basicConfig(
        stream=sys.stderr,
        level=os.environ.get("PREFLIGHT_FEED_LOG", "WARNING"),
        format="%(asctime)s trading %(levelname)s %(name)s: %(message)s",
    )
    # ccxt's own log tells signed addresses and keys.
    logging.getLogger("ccxt").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    speaker = _Speaker(messages)
    try:
        opening = wire.read_command(commands)
        if isinstance(opening, wire.OpenAccount):
            asyncio.run(_serve(opening, commands, speaker))
    except Exception:
        log.exception("the trading process failed")
        speaker.finish()
        os._exit(1)
    speaker.finish()
    os._exit(0)


async def _serve(opening: wire.OpenAccount, commands: BinaryIO, speaker: _Speaker) -> None:
    entry = entry_for(opening.entry)
    venue = CcxtVenue(
        entry.ccxt_id,
        opening.venue,
        entry.title,
        Credentials(opening.api_key, opening.secret),
        opening.base_url,
    )
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def tell(event: AccountEvent) -> None:
        speaker.say(wire.told_of([event]))

    running = asyncio.create_task(venue.run(tell), name="Account")

    def take(command: wire.Command | None) -> None:
        if not isinstance(command, wire.Asked):
            running.cancel()
            return
        task = asyncio.create_task(_answer(venue, command, speaker), name=type(command.question).__name__)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def listen() -> None:
        command: wire.Command | None = None
        with contextlib.suppress(OSError, ValueError):
            while (command := wire.read_command(commands)) is not None:
                loop.call_soon_threadsafe(take, command)
        deadline = threading.Timer(GRACE_S, os._exit, (0,))
        deadline.daemon = True
        deadline.start()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(take, None)

    threading.Thread(target=listen, name="Commands", daemon=True).start()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _answer(venue: CcxtVenue, asked: wire.Asked, speaker: _Speaker) -> None:
    number = asked.number
    try:
        told = await _told(venue, asked)
    except OrderRejected as error:
        told = wire.Told(number, error="OrderRejected", words=str(error), code=error.code)
    except Exception as error:
        # Whatever it is: for an order it means that nothing is known.
        told = wire.Told(number, error=type(error).__name__, words=str(error) or type(error).__name__)
    speaker.say(told)


async def _told(venue: CcxtVenue, asked: wire.Asked) -> wire.Told:
    number = asked.number
    match asked.question:
        case wire.Place(intent, client_order_id):
            return wire.told_of([await venue.place(intent, client_order_id)], number)
        case wire.Cancel(symbol, client_order_id):
            await venue.cancel(symbol, client_order_id)
            return wire.Told(number)
        case wire.FindOrder(symbol, client_order_id):
            report = await venue.find_order(symbol, client_order_id)
            return wire.Told(number) if report is None else wire.told_of([report], number)
        case wire.OpenOrders():
            return wire.told_of(await venue.open_orders(), number)
        case wire.FillsSince(symbol, from_ms):
            return wire.told_of(await venue.fills_since(symbol, from_ms), number)
        case wire.PaymentsSince(from_ms):
            return wire.told_of(await venue.payments_since(from_ms), number)
        case wire.Positions():
            return wire.told_of(await venue.positions(), number)
        case wire.Balances():
            return wire.told_of(await venue.balances(), number)
        case wire.Setting(symbol):
            return wire.Told(number, setting=await venue.setting(symbol))
        case wire.SetUp(symbol, leverage, margin_mode):
            await venue.set_up(symbol, leverage, margin_mode)
            return wire.Told(number)
        case wire.Contracts(symbols):
            return wire.Told(number, contracts=tuple(await venue.contracts(symbols)))


if __name__ == "__main__":
    main()
