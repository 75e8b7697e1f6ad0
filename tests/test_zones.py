"""Clocks are moved forward and back in many ways. No day is lost, doubled or mistaken for its neighbour by any of them.

Each calendar of transitions goes through the rules here, by one of the zones that have it, and one transition of each
shape through the pages. `make zones` sends every zone and every transition through both.
"""

import zoneinfo

import pytest
from time_machine import TimeMachineFixture

from tests.wall_clocks import Figures, check_pages, check_rules, transitions, zones


def test_zones_come_with_the_program_and_not_with_the_machine() -> None:
    assert zoneinfo.TZPATH == ()


def test_the_rules_know_the_day_and_the_week_around_each_transition() -> None:
    figures = Figures()
    for zone in {transitions(zone): zone for zone in zones()}.values():
        check_rules(zone, figures)
    assert figures.mismatches == []
    assert figures.transitions > 400


@pytest.mark.django_db
def test_the_pages_do_as_well_around_a_transition_of_each_shape(time_machine: TimeMachineFixture) -> None:
    one_of_each = {one.shape: (zone, one) for zone in zones() for one in transitions(zone)}
    figures = Figures()
    for zone, transition in one_of_each.values():
        check_pages(zone, [transition], lambda instant: time_machine.move_to(instant, tick=False), figures)
    assert figures.mismatches == []
    assert figures.transitions >= 15
