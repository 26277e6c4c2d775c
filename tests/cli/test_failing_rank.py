"""One rank fails while the others wait for it: its message comes, the job ends, the exit code is not 0."""
import pathlib
import unittest

import support

FAILING = support.BIN.parent / "tests" / "failing"


class FailingRank(unittest.TestCase):
    def check(self, how, message):
        for ranks in (1, 3):
            with self.subTest(how=how, ranks=ranks), support.folder() as where:
                result = support.run(FAILING, [how], ranks=ranks, where=where)
                self.assertNotEqual(result.code, 0)
                self.assertIn(f"error on rank {ranks - 1}: {message}", result.err)
                self.assertEqual(result.err.count("error on rank"), 1)

    def test_exception(self):
        self.check("exception", "a wheel came off")

    def test_exception_in_a_thread(self):
        self.check("thread", "a wheel came off")

    def test_exception_leaves_the_environment(self):
        self.check("unwinding", "an exception is leaving the scope of comm::Environment")

    def test_unfinished_request_dropped(self):
        self.check("request", "an unfinished request was dropped")

    def test_mpi_error(self):
        self.check("mpi", "MPI_Send failed")

    def test_nothing_wrong(self):
        with support.folder() as where:
            self.assertEqual(support.run(FAILING, ["no"], ranks=3, where=where).code, 0)


if __name__ == "__main__":
    unittest.main()
