#!/bin/bash
# A run for each value of a key, at the same time: a job array. Each has a folder of its own, KEY=VALUE, for all its files.
#
#   sbatch --array=0-2 array.sh cahn-hilliard spinodal.yaml cahn_hilliard.rate 0.01 0.02 0.04
#
# Like single.sh, each task of the array stops before its time limit, queues itself again, and goes on.

#SBATCH --job-name=tessera
#SBATCH --ntasks=2                  # MPI ranks of each run
#SBATCH --cpus-per-task=2           # threads of a rank, if the configuration has no layout.threads
#SBATCH --time=01:00:00
#SBATCH --signal=USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A_%a.log

bin=${TESSERA_BIN:-$HOME/tessera/build/bin}
launch=${TESSERA_LAUNCH:-srun --mpi=pmix}       # Open MPI; for MPICH: srun --mpi=pmi2
most_requeues=100

app=$1
config=$(realpath "$2")
key=$3
shift 3
values=("$@")
value=${values[SLURM_ARRAY_TASK_ID]}
if [[ -z $value ]]; then
  echo "no value for task $SLURM_ARRAY_TASK_ID: there are ${#values[@]}, use --array=0-$((${#values[@]} - 1))" >&2
  exit 2
fi
job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID  # $SLURM_JOB_ID can be that of the whole array

if [[ $SLURM_CPUS_PER_TASK ]]; then export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK; fi
unset SLURM_JOB_END_TIME
end=$(SLURM_TIME_FORMAT=standard squeue --noheader --job "$job" --format %e)
end=$(date -d "${end:-unknown}" +%s 2>/dev/null) && export SLURM_JOB_END_TIME=$end

mkdir -p "$key=$value" && cd "$key=$value" || exit 1
resume=()
if [[ -e run.ckpt.h5 ]]; then resume=(--resume); fi
$launch "$bin/$app" "$config" --set "$key=$value" --set checkpoint.file=run.ckpt.h5 "${resume[@]}"
status=$?

if ((status == 3 && ${end:-0} > 0 && end - $(date +%s) < 300 && ${SLURM_RESTART_COUNT:-0} < most_requeues)); then
  echo "$(date): the run is not at its end; task $job is queued again"
  scontrol requeue "$job"
fi
exit $status
