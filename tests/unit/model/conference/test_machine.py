"""Whatever happens in a conference, in whatever order: what always holds."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from commandwall.base.errors import CommandwallError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.attendance import arrive, connected, invite, leave, lost
from commandwall.model.conference.chair import apply
from commandwall.model.conference.command import OPERATOR, Actor, Command, Standing, Verb
from commandwall.model.conference.contents import take_content
from commandwall.model.conference.floor import mute_self, muted, open_voices, raise_hand
from commandwall.model.conference.participant import Participant, Role
from commandwall.model.conference.polling import poll_due_s, polled
from commandwall.model.conference.settling import claims, settle, settled
from commandwall.model.conference.speaking import hear
from commandwall.model.conference.stage import stage, view
from commandwall.model.conference.state import Conference, Mode, Vacancy
from commandwall.model.conference.timing import due_s, tick
from tests.unit.model.conference.people import LAYOUTS

PEOPLE = ("ann", "bob", "cai", "dan", "luohu", "luohu/eve", "luohu/guiyuan/fan")
ONE = st.sampled_from(PEOPLE)
ACTORS = (
    st.just(OPERATOR)
    | ONE.map(lambda one: Actor(Standing.PARTICIPANT, one))
    | st.just(Actor(Standing.ABOVE, "luohu/eve", "luohu"))
)
TARGETS = ONE | st.sampled_from(["", "nobody", "camera:1", "speaker", "content", "3x3"])


class Meeting(RuleBasedStateMachine):
    """One conference with a few people; commands that are refused change nothing."""

    @initialize(lobby=st.booleans(), ends=st.sampled_from([None, 400.0]))
    def begin(self, lobby: bool, ends: float | None) -> None:
        self.now_s = 100.0
        self.state = Conference("c", "C", "here", lobby=lobby, ends_at_s=ends)
        for name in PEOPLE:
            *path, _ = name.split("/")
            role = {"ann": Role.CHAIR, "bob": Role.CHAIR, "luohu": Role.SITE}.get(name, Role.MEMBER)
            relays = name if name == "luohu" else ""
            self.state = invite(
                self.state, Participant(name, name.title(), role, path=tuple(path), relays=relays)
            )

    @rule(one=ONE, picture=st.booleans(), content=st.booleans())
    def comes(self, one: str, picture: bool, content: bool) -> None:
        self._try(lambda state: connected(arrive(state, one), one, self.now_s))
        if self.state.is_here(one):
            self.state = self.state.changed(one, has_people=picture, has_content=content)

    @rule(one=ONE)
    def knocks(self, one: str) -> None:
        self._try(lambda state: arrive(state, one))

    @rule(one=ONE)
    def goes(self, one: str) -> None:
        self._try(lambda state: leave(state, one, self.now_s))

    @rule(one=ONE)
    def is_cut_off(self, one: str) -> None:
        self._try(lambda state: lost(state, one, Sentence("does not answer in time"), self.now_s))

    @rule(verb=st.sampled_from(Verb), by=ACTORS, about=TARGETS, viewer=st.just("") | ONE)
    def commands(self, verb: Verb, by: Actor, about: str, viewer: str) -> None:
        self._order(verb, by, about, viewer)

    @rule(verb=st.sampled_from(Verb), about=ONE)
    def directs(self, verb: Verb, about: str) -> None:
        self._order(verb, OPERATOR, about, "")

    @rule(one=ONE, on=st.booleans())
    def mutes_himself(self, one: str, on: bool) -> None:
        self._try(lambda state: mute_self(state, one, on))

    @rule(one=ONE, on=st.booleans())
    def raises_a_hand(self, one: str, on: bool) -> None:
        self._try(lambda state: raise_hand(state, one, on, self.now_s))

    @rule(one=ONE)
    def shows_content(self, one: str) -> None:
        self._try(lambda state: take_content(state, one, self.now_s))

    @rule(levels=st.dictionaries(ONE, st.floats(-60, 0)))
    def speak(self, levels: dict[str, float]) -> None:
        before = self.state.speaker.holder
        self._try(lambda state: hear(state, levels, self.now_s))
        after = self.state.speaker.holder
        assert after in (before, "") or after in open_voices(self.state)

    @rule(passed_s=st.sampled_from([0.1, 1.0, 7.0, 30.0]))
    def time_passes(self, passed_s: float) -> None:
        self.now_s += passed_s
        before = self.state
        dues = [due for due in (due_s(before), poll_due_s(before)) if due is not None]
        self.state = polled(tick(before, self.now_s), self.now_s)
        assert self.state == before or min(dues) <= self.now_s

    def _order(self, verb: Verb, by: Actor, about: str, viewer: str) -> None:
        if verb is not Verb.END:
            self._try(lambda state: apply(state, Command(verb, by, about, viewer), self.now_s))

    def _try(self, change: Callable[[Conference], Conference]) -> None:
        try:
            self.state = change(self.state)
        except CommandwallError as refused:
            assert refused.zh != ""

    @invariant()
    def one_chair_or_a_reason(self) -> None:
        state = self.state
        assert bool(state.chair) == (state.vacancy is Vacancy.NONE)
        assert not state.chair or state.is_here(state.chair)

    @invariant()
    def who_is_muted_is_not_heard(self) -> None:
        state, heard = self.state, open_voices(self.state)
        for one in state.participants:
            links = {other.path[0] for other in state.present if other.path and other.id in heard}
            if one.id in heard:
                assert one.here
                assert not muted(state, one) or one.relays in links
            else:
                assert muted(state, one) or not one.here

    @invariant()
    def in_a_roll_call_only_two_are_heard(self) -> None:
        state, direction = self.state, self.state.direction
        if direction.mode is Mode.ROLL_CALL:
            heard = {one for one in open_voices(state) if "luohu" not in one}
            assert heard <= {direction.subject, state.leader}
            if state.is_here(direction.subject) and not direction.silenced:
                assert direction.subject in open_voices(state)
        assert state.before is None or not state.before.passing

    @invariant()
    def who_holds_something_is_here(self) -> None:
        state = self.state
        for holder in (state.floor.holder, state.speaker.holder):
            assert not holder or state.is_here(holder)
        assert not state.content.holder or state.participant(state.content.holder).let_in
        assert not (state.content.holder and state.content.source)

    @invariant()
    def who_is_seen_is_here(self) -> None:
        state, picture = self.state, stage(self.state, LAYOUTS)
        names = [source.id.partition("/")[2] for source in picture.sources]
        assert len(names) == len(set(names)) <= len(LAYOUTS[picture.layout].cells)
        assert all(name == "content" or state.participant(name).seen for name in names)
        for one in state.present:
            seen = view(state, one.id).people
            assert seen == "picture" or (state.participant(seen).seen and seen != one.id)

    @invariant()
    def settling_with_oneself_changes_nothing(self) -> None:
        mine = claims(self.state)
        assert settled(self.state, settle(mine, mine)) == self.state


Meeting.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestMeeting = Meeting.TestCase
