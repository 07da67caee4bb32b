"""The bank as a whole: one row that tells whether anything published has changed."""

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Bank(Base):
    """The revision rises in every transaction that changes what learners can see.

    ``signing_secret`` signs cursors; it lives here so that all processes share it.
    """

    __tablename__ = "bank"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    signing_secret: Mapped[str] = mapped_column(String(64))

    @staticmethod
    def take_turns(session: Session) -> None:
        """Wait for whoever else changes published content (on SQLite the BEGIN has waited)."""
        session.execute(select(Bank.revision).with_for_update())

    @staticmethod
    def raise_revision(session: Session) -> None:
        """Count a change of published content, in the transaction that makes it."""
        session.execute(update(Bank).values(revision=Bank.revision + 1))
