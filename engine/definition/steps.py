"""When each stage of a review is due, and who hears of it before and after."""

from datetime import date
from typing import Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from engine.definition.parts import Part


class Steps(Part):
    """When a stage is due, and the ladder of reminders around it, in working days."""

    opens: date | None = None
    due: date | None = None
    working_days: int | None = Field(default=None, ge=1, le=250)
    remind: tuple[int, ...] = (5, 3, 1, 0)
    late: tuple[int, ...] = (1,)
    escalate: tuple[int, ...] = (2,)

    @field_validator("due")
    @classmethod
    def _after_it_opens(cls, due: date | None, others: ValidationInfo) -> date | None:
        opens = others.data.get("opens")
        if opens and due and due < opens:
            raise ValueError(f"hạn {due:%d/%m/%Y} sớm hơn ngày mở {opens:%d/%m/%Y}; hãy sửa opens hoặc due")
        return due

    @field_validator("remind")
    @classmethod
    def _towards_the_deadline(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days), reverse=True) or (days and days[-1] < 0):
            raise ValueError("bậc nhắc phải giảm dần và không âm; hãy viết như [5, 3, 1, 0]")
        return days

    @field_validator("late", "escalate")
    @classmethod
    def _after_the_deadline(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if list(days) != sorted(set(days)) or (days and days[0] < 1):
            raise ValueError("bậc sau hạn phải tăng dần, từ 1 ngày làm việc; hãy viết như [1, 3]")
        return days

    @model_validator(mode="after")
    def _one_due(self) -> Self:
        if (self.due is None) == (self.working_days is None):
            raise ValueError(
                "giai đoạn cần một thời hạn; hãy ghi đúng một trong hai: due (ngày) hoặc "
                "working_days (số ngày làm việc)"
            )
        return self
