"""What must be stored, by what the clients were told.

A request without an answer, or with a 503, may have been done or not: each box has a set of states
that are possible, which an acknowledgement narrows to one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from .requests import Answer, Outcome

_NOT_FOUND = 404


class Life(StrEnum):
    """Where a box is in its life."""

    LIVE = "live"
    HIDDEN = "deleted softly"
    GONE = "deleted for good"


@dataclass(frozen=True, slots=True)
class State:
    """A box that one client alone changes."""

    life: Life
    mark: str
    address: str | None


Step: TypeAlias = Callable[[State], State | None]
"""What a request makes of a state; None when it must be refused with 404."""


def marked(mark: str) -> Step:
    """PATCH of the mark."""

    def marked(state: State) -> State | None:
        return replace(state, mark=mark) if state.life is Life.LIVE else None

    return marked


def replaced(mark: str, address: str | None) -> Step:
    """POST, or PATCH of mark and address."""

    def replaced(state: State) -> State | None:
        return State(Life.LIVE, mark, address) if state.life is Life.LIVE else None

    return replaced


def hidden(state: State) -> State | None:
    """DELETE."""
    return replace(state, life=Life.HIDDEN) if state.life is Life.LIVE else None


def restored(state: State) -> State | None:
    """POST with `restore=true`; a box that is live stays so, or is answered with 404."""
    return replace(state, life=Life.LIVE) if state.life is not Life.GONE else None


def removed(state: State) -> State | None:
    """DELETE with `should_soft_delete=false`."""
    return replace(state, life=Life.GONE) if state.life is Life.LIVE else None


@dataclass(slots=True, eq=False)
class OwnBox:
    """A box that one client alone changes, and the states it may be in."""

    account_id: str
    id: str
    possible: set[State]
    journal: list[str] = field(default_factory=list)
    """What was asked and answered, for whoever looks for the reason of a loss."""

    def told(self, complaint: str) -> str:
        """A complaint, and how it came to it."""
        return f"{self.id} {complaint}; {', '.join(self.journal)}"


@dataclass(slots=True, eq=False)
class SharedField:
    """A field of a box that many change; one client alone writes this one."""

    account_id: str
    box_id: str
    name: str
    possible: set[str | None] = field(default_factory=lambda: {None})


@dataclass(slots=True)
class Ledger:
    """All boxes of a run, and the contradictions found in the answers."""

    boxes: list[OwnBox] = field(default_factory=list)
    fields: list[SharedField] = field(default_factory=list)
    uncertain: set[str] = field(default_factory=set)
    """Marks of creations that may have happened."""
    refused: set[str] = field(default_factory=set)
    """Marks and values of requests that were refused: nobody may ever see them."""
    successors: dict[tuple[str, str], str] = field(default_factory=dict)
    """By box and revision: which revision replaced it, as conditional writers were told."""
    acknowledged: int = 0
    losses: list[str] = field(default_factory=list)

    def judge_creation(
        self, account_id: str, mark: str, address: str | None, answer: Answer
    ) -> OwnBox | None:
        """Note what a PUT was answered; the box when it is there for certain."""
        match answer.outcome:
            case Outcome.ACKNOWLEDGED:
                self.acknowledged += 1
                box = OwnBox(account_id, answer.data["id"], {State(Life.LIVE, mark, address)})
                self.boxes.append(box)
                return box
            case Outcome.REFUSED:
                self.refused.add(mark)
            case _:
                self.uncertain.add(mark)
        return None

    def judge(self, box: OwnBox, step: Step, mark: str | None, answer: Answer) -> None:
        """Note what a change of a client's own box was answered; `mark` is what it would write."""
        box.journal.append(f"{step.__name__} {mark}: {answer.status}")
        done = {after for state in box.possible if (after := step(state)) is not None}
        match answer.outcome:
            case Outcome.ACKNOWLEDGED:
                self.acknowledged += 1
                if not done:
                    self.losses.append(box.told(f"was done to a box that is {_shown(box)}"))
                    return
                box.possible = {state for state in done if _shows(answer.data, state)}
                if not box.possible:
                    self.losses.append(box.told(f"is {answer.data} in a reply, not {done}"))
                    box.possible = done
            case Outcome.REFUSED:
                if mark is not None:
                    self.refused.add(mark)
                if answer.status == _NOT_FOUND and step is not restored:
                    self._narrow_to_refusing(box, step)
            case _:
                box.possible |= done

    def judge_field(self, shared: SharedField, value: str, answer: Answer) -> None:
        """Note what a change of one field of a shared box was answered."""
        match answer.outcome:
            case Outcome.ACKNOWLEDGED:
                self.acknowledged += 1
                if answer.data.get(shared.name) != value:
                    self.losses.append(
                        f"{shared.box_id}: {shared.name} is not {value} in the reply"
                    )
                shared.possible = {value}
            case Outcome.REFUSED:
                self.refused.add(value)
            case _:
                shared.possible.add(value)

    def judge_succession(self, box_id: str, revision: str, answer: Answer) -> None:
        """Note which revision came after the one that a conditional write named."""
        if answer.outcome is not Outcome.ACKNOWLEDGED:
            return
        first = self.successors.setdefault((box_id, revision), answer.revision)
        if first != answer.revision:
            self.losses.append(f"{box_id}: {revision} was replaced twice")
        if generation(answer.revision) != generation(revision) + 1:
            self.losses.append(f"{box_id}: {answer.revision} came after {revision}")

    def _narrow_to_refusing(self, box: OwnBox, step: Step) -> None:
        refusing = {state for state in box.possible if step(state) is None}
        if refusing:
            box.possible = refusing
        else:
            self.losses.append(box.told(f"is not found and is {_shown(box)}"))


def generation(revision: str) -> int:
    """The number before the dash."""
    return int(revision.partition("-")[0])


def _shows(data: Any, state: State) -> bool:
    """Whether a reply is one of this state."""
    address = data.get("custom_smtp_email_address")
    return (data.get("mark"), address) == (state.mark, state.address)


def _shown(box: OwnBox) -> str:
    return " or ".join(sorted({state.life.value for state in box.possible}))
