"""The bank as a whole: one row that tells whether anything published has changed."""

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Bank(Base):
    """The revision rises in every transaction that changes what learners can see, or who may.

    ``unnamed_in`` is the last revision of which no question tells that it changed in it: older
    versions of the service wrote such.
    ``signing_secret`` signs cursors; it lives here so that all processes share it.
    ``serves_since`` is the oldest migration whose version of the service works on these tables.
    """

    __tablename__ = "bank"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
    unnamed_in: Mapped[int] = mapped_column(BigInteger, server_default="0")
    signing_secret: Mapped[str] = mapped_column(String(64))
    serves_since: Mapped[str] = mapped_column(String(20), server_default="2026_11_27_2")

    @staticmethod
    def take_turns(session: Session) -> None:
        """Wait for whoever else changes published content (on SQLite the BEGIN has waited)."""
        session.execute(select(Bank.revision).with_for_update())

    @staticmethod
    def raise_revision(session: Session) -> int:
        """Count a change of what learners get, in the transaction that makes it.

        Whoever makes such a change waits here for the others until they have committed. What
        changes must have the returned revision as ``changed_in``: no other is read again.
        """
        raised = update(Bank).values(revision=Bank.revision + 1).returning(Bank.revision)
        return session.scalars(raised).one()

    @staticmethod
    def change_access(session: Session) -> None:
        """Raise the revision where not the questions change, but who gets them."""
        session.execute(update(Bank).values(revision=Bank.revision + 1))
