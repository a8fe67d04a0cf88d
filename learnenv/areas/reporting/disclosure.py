"""Small numbers: the one place where a count becomes something that may be shown (P5).

Pages, charts, exports and forecasts of aggregates all pass here. See docs/decisions/0005.
"""

from dataclasses import dataclass

K = 5
"""Groups smaller than this are not shown, and visible numbers differ by 0 or at least this."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as this reader may know it. Everything derived starts from `value`."""

    value: int
    exact: bool

    @property
    def is_small(self) -> bool:
        """Whether it reads "fewer than 5"; nothing at all reads the same."""
        return not self.exact and self.value < K

    @property
    def is_at_least(self) -> bool:
        """Whether it reads "at least 610"."""
        return not self.exact and self.value >= K

    @property
    def cell(self) -> int | str:
        """The value in a file, equal to the screen."""
        return f"< {K}" if self.is_small else self.value


def shown(count: int, *, exact: bool) -> Shown:
    """Return what may be shown of `count`: itself, or rounded down to a multiple of K."""
    return Shown(count if exact else count - count % K, exact)
