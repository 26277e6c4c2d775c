// Keys of what a run writes.
#include "keys.hpp"

namespace tessera {

using namespace keys;

std::vector<ConfigKey> output_keys() {
  return {
      text("output.file", "",
           "the HDF5 file, replaced if it is there, but never one that the run reads, or writes as something else. Its "
           "folder must exist. Required if the section has any key. `out.xdmf` is written beside `out.h5`"),
      integer("output.every", {.least = 1}, "", "write a record every so many steps"),
      number("output.interval", positive, "", "write a record after every such time; not together with `every`"),
      number(
          "output.every_seconds", positive, "",
          "write a record every so many seconds of wall time, also besides one of the other two. Which steps these are "
          "differs from run to run"),
      other("output.fields", "list of one or more names", "all", "which fields: those of `initial`"),
      other("output.region.<dimension>", "number, or list `[from, to]`", "all cells",
            "for `x`, `y`, `z`: cells whose centres lie between two numbers; a number: a slice through the cell that "
            "holds it, and one dimension less. With slices in all dimensions the file holds a value a time"),
      choice("output.precision", {{"single", "half the size, about 7 digits"}, {"double", ""}},
             "that of the fields unless given. Values beyond the range of `single` end the run", false),
      integer(
          "output.deflate", {.least = 0, .most = 9}, "0",
          "when the run is done, the file is rewritten with values shuffled and compressed, from 1 (fast) to 9 "
          "(small). Until then it is not compressed: a run that is killed leaves what can be read, and nothing waits "
          "for it. Room for both is needed at the end",
          "levels go from 1 (fast) to 9 (small); 0 is none"),
      choice("output.writes",
             {{"independent", "each rank by itself"},
              {"collective",
               "ranks together through MPI's I/O, which may send values to a few ranks that write long "
               "pieces: try it on parallel file systems with many ranks. On a local disk it is slower "
               "([measured](performance.md#output-and-checkpoints))"}},
             "how ranks write"),
      text("output.units.<name>", "1",
           "of a field, `x`, `y`, `z` or `time`: what `units` says in the file (CF conventions). `seconds since "
           "2000-01-01` makes time a date"),

      text("checkpoint.file", "",
           "the checkpoint, an HDF5 file, replaced only by a complete one; the one before is kept as `<file>.old`. "
           "Required if the section has any key"),
      integer("checkpoint.every", {.least = 1}, "", "write it every so many steps, exactly then"),
      number("checkpoint.every_seconds", positive, "", "write it every so many seconds of wall time"),

      text("history.file", "",
           "a text file of comma-separated values, a head of names and a line every so many steps. Required if the "
           "section has any key"),
      integer("history.every", {.least = 1}, "1", "steps between lines; the start and the end have one always"),

      number("log.stall_seconds", not_negative, "60",
             "after so many seconds in which nothing moves, the run says what it waits for; 0: never"),
      text("log.folder", "",
           "every rank writes `rank-0000.log`, ... there. The folder is made if the one in which it lies is there"),
  };
}

}  // namespace tessera
