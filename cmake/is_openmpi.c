/* Compiles with Open MPI only. */
#include <mpi.h>
#ifndef OPEN_MPI
#error "not Open MPI"
#endif
int main(void) { return 0; }
