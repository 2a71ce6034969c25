"""What can be done by name or by key: one list, of which palette, keys and key card are made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from PySide6.QtGui import QKeyEvent, QKeySequence

from ui.keys import spelling
from ui.keys.keymap import Keymap


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the desk can do.

    Attributes:
        name: what it does, a verb first: "Show ladder".
        run: does it.
        key: a key sequence as Qt spells it ("Ctrl+K", "Space", "?"), "" for none.
        available: whether it can be done now.
        id: what it is called in settings, whatever its name becomes: "panel.chart.show". A command without
            one cannot be given another key.
        more_keys: others that do it too; only the trader gives a command more than one.
        words: what else a trader may call it: "new", "open" for one that adds.
        is_guess: it only takes what is typed for a name that nobody has confirmed; what begins so goes first.
    """

    name: str
    run: Callable[[], object]
    key: str = ""
    available: Callable[[], bool] = lambda: True
    id: str = ""
    more_keys: tuple[str, ...] = ()
    words: str = ""
    is_guess: bool = False

    def run_if_available(self) -> None:
        """Do it, if it can be done now: a key may be pressed at any time."""
        if self.available():
            self.run()


NEVER_WITHOUT_KEY = "desk.palette"
"""The command that finds all others: it goes back to its default key before it has none."""


class CommandSet:
    """Every command of a window, in the order they were added, each on the keys that the trader wants."""

    def __init__(self, keymap: Keymap | None = None) -> None:
        self.keymap = keymap or Keymap()
        self._commands: list[Command] = []
        self._by_key: dict[str, Command] = {}
        self._in_force: tuple[list[Command], dict[str, Command]] | None = None
        self.keymap.changed.connect(self._forget_keys)
        self._sources: list[Callable[[str], Iterable[Command]]] = []

    def add(self, *commands: Command) -> None:
        """Add commands.

        Raises:
            ValueError: a key is taken.
        """
        for command in commands:
            if command.key:
                spelled = QKeySequence(command.key).toString()
                if spelled in self._by_key:
                    raise ValueError(f"{spelled} already means {self._by_key[spelled].name!r}")
                self._by_key[spelled] = command
            self._commands.append(command)
        self._forget_keys()

    def remove(self, *commands: Command) -> None:
        """Take commands out that were added; their keys are free again."""
        self._commands = [command for command in self._commands if command not in commands]
        self._by_key = {key: command for key, command in self._by_key.items() if command not in commands}
        self._forget_keys()

    def use(self, keymap: Keymap) -> None:
        """Put the commands on the keys of another keymap."""
        self.keymap.changed.disconnect(self._forget_keys)
        self.keymap = keymap
        keymap.changed.connect(self._forget_keys)
        self._forget_keys()

    @property
    def defaults(self) -> tuple[Command, ...]:
        """The commands that were added, each with its own key, whatever the keymap says."""
        return tuple(self._commands)

    def key_now(self, key: str) -> str | None:
        """The key in force of the command that is on `key` by default; None if that is none."""
        for place, command in enumerate(self._commands):
            if command.key and spelling.normal(command.key) == key:
                return self._resolved()[0][place].key
        return None

    def add_source(self, source: Callable[[str], Iterable[Command]]) -> None:
        """Ask `source` for more commands, without keys, whenever some are looked for.

        It is given what is being typed, "" when all are asked for. Its commands go before those of `add`.
        """
        self._sources.append(source)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._all(""))

    def _all(self, query: str) -> list[Command]:
        return [*(command for source in self._sources for command in source(query)), *self._resolved()[0]]

    def _forget_keys(self) -> None:
        self._in_force = None

    def _resolved(self) -> tuple[list[Command], dict[str, Command]]:
        """The commands with the keys in force, and which of them a key means.

        Where two want the same key the trader's choice goes before a default; the other is on its other keys,
        or on none, and stays in the palette.
        """
        if self._in_force is not None:
            return self._in_force
        changes = self.keymap.changes
        found: dict[int, Command] = {}
        by_key: dict[str, Command] = {}
        places = sorted(
            range(len(self._commands)),
            key=lambda place: (
                self._commands[place].id != NEVER_WITHOUT_KEY,
                self._commands[place].id not in changes,
            ),
        )
        for place in places:
            command = self._commands[place]
            default = (spelling.normal(command.key),) if command.key else ()
            wanted = self.keymap.keys_of(command.id, default)
            if not wanted and command.id == NEVER_WITHOUT_KEY:
                wanted = default
            keys = [key for key in wanted if key not in by_key]
            if tuple(keys) != ((command.key,) if command.key else ()):
                command = replace(command, key=keys[0] if keys else "", more_keys=tuple(keys[1:]))
            found[place] = command
            by_key.update(dict.fromkeys(keys, command))
        self._in_force = [found[place] for place in range(len(found))], by_key
        return self._in_force

    def of_key(self, event: QKeyEvent) -> Command | None:
        """The command of a pressed key; None if it has none, or none that can be done now."""
        by_key = self._resolved()[1]
        command = next((by_key[key] for key in spelling.readings(event) if key in by_key), None)
        return command if command is not None and command.available() else None

    def matching(self, query: str) -> list[Command]:
        """The commands that can be done now and answer to `query`, the best first; all for an empty one."""
        words = query.casefold().split()
        scored = []
        for place, command in enumerate(self._all(query)):
            if not command.available():
                continue
            score = _score(command.name.casefold(), words)
            if score is None and command.words:
                score = _score(f"{command.name} {command.words}".casefold(), words)
                score = None if score is None else score + BY_OTHER_WORDS
            if score is not None:
                scored.append((score + BY_GUESS * command.is_guess, place, command))
        return [command for _, _, command in sorted(scored, key=lambda entry: entry[:2])]


SHORTEST_SPREAD = 3
"""Letters of a word that may begin several words of a name; two letters do so in nearly every one."""
BY_OTHER_WORDS = 5
"""What is found by other words than its name goes after what has them in its name."""
BY_GUESS = 8
"""A guess goes after all that has a word beginning so, and before what has it somewhere within a word."""


def _score(name: str, words: list[str]) -> int | None:
    """How far `name` is from `words`, 0 the nearest; None when a word is not in it, not even as initials."""
    score = 0
    starts = name.split()
    for word in words:
        if any(start.startswith(word) for start in starts):
            continue
        if word in name:
            score += 10
        elif len(word) >= SHORTEST_SPREAD and _begins_words(word, tuple(starts)):
            score += 100
        else:
            return None
    return score + (0 if not words or name.startswith(words[0]) else 1)


def _begins_words(word: str, starts: tuple[str, ...]) -> bool:
    """Whether a word is made of what some words of a name begin with, in their order: "shch" of "show chart".

    Letters picked from anywhere would find much that nobody meant, and Enter does the first of it.
    """
    if not word:
        return True
    for place, start in enumerate(starts):
        for length in range(1, min(len(word), len(start)) + 1):
            if word[:length] != start[:length]:
                break
            if _begins_words(word[length:], starts[place + 1 :]):
                return True
    return False
