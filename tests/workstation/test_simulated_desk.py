"""The demo account lives as long as its exchange's run; its terms are the exchange's own."""

import asyncio
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.workstation.demo_desk import DemoDesk
from workstation import simulated_desk
from workstation.model.margin import MarginMode
from workstation.model.orders import Side
from workstation.simulator.child import NoSimulator, SimulatorChild, ask_run

D = Decimal
SYMBOL = "LPTUSDT"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of Unix")
async def test_an_exchange_that_dies_takes_its_account_along_and_the_next_one_can_be_traded(
    tmp_path: Path,
) -> None:
    child = SimulatorChild(days=0.01)
    child.launch()
    url = await child.listening()
    keeping = asyncio.create_task(child.keep())
    async with DemoDesk(tmp_path, url, SYMBOL) as demo:
        before = demo.desk
        contract = demo.portfolio.contracts[SYMBOL]
        assert (contract.maker_rate, contract.taker_rate) == (D("0.0002"), D("0.0005"))
        assert contract.rules.tiers is not None
        assert contract.rules.min_notional == 5
        assert (contract.base, contract.settlement_asset) == ("LPT", "USDT")
        assert await before.limit_book.change("leverage", D(4)) is None
        await demo.open(demo.entry(SYMBOL, Side.BUY, 1_000, leverage=D(4), margin_mode=MarginMode.CROSS))
        await demo.until(lambda: demo.portfolio.positions)
        trading_process = before.process_id
        assert trading_process is not None
        assert child.process_id is not None

        os.kill(child.process_id, signal.SIGKILL)

        await demo.until(lambda: demo.workstation.trading not in (None, before) and demo.is_ready())
        assert not demo.portfolio.positions
        assert demo.desk.account().wallet == 10_000
        # The trader's own limits outlive the account.
        assert demo.desk.limits().leverage == 4
        with pytest.raises(ProcessLookupError):
            os.kill(trading_process, 0)
    runs = sorted(path.name for path in (tmp_path / "demo" / "simulated").iterdir())
    assert runs == sorted({*runs, str(await asyncio.to_thread(ask_run, url))})
    assert len(runs) == 2
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await child.stop()


async def test_an_account_that_cannot_be_opened_is_told_once_and_opened_when_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_desk, "_OPEN_AGAIN_S", 0.1)
    (tmp_path / "sectors.toml").write_text("sectors = 5", encoding="utf-8")
    child = SimulatorChild(days=0.01)
    child.launch()
    demo = DemoDesk(tmp_path, await child.listening(), SYMBOL)
    await demo.workstation.start()
    await demo.until(lambda: any("cannot be read" in told for told in demo.faults))
    await asyncio.sleep(0.4)
    assert demo.workstation.trading is None
    (tmp_path / "sectors.toml").unlink()
    await demo.until(demo.is_ready)
    assert sum("cannot be read" in told for told in demo.faults) == 1
    await demo.workstation.stop()
    await child.stop()


async def test_what_is_no_simulated_exchange_has_no_account_and_that_is_told() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(NoSimulator, match="no demo account"):
        await asyncio.to_thread(ask_run, f"http://127.0.0.1:{port}")
    server.close()
    await server.wait_closed()
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(ask_run, f"http://127.0.0.1:{port}")
