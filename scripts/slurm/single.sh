#!/bin/bash
# One run, as long as it takes: shortly before its time limit the job writes a checkpoint, queues itself again, and goes on.
#
#   sbatch single.sh mpdata run.yaml [options of the program, such as --set time.steps=1000]
#
# Submitted once more later, it goes on from the checkpoint, too; to begin anew, remove run.ckpt.h5. About stops, launchers
# and signals: docs/slurm.md.

#SBATCH --job-name=tessera
#SBATCH --ntasks=2                  # MPI ranks
#SBATCH --cpus-per-task=2           # threads of a rank, if the configuration has no layout.threads
#SBATCH --time=01:00:00
#SBATCH --signal=USR1@120           # to srun's ranks, so many seconds before the end (or up to 60 s earlier): stop
#SBATCH --requeue                   # may be queued again: by this script, and by Slurm when a node fails
#SBATCH --open-mode=append          # each part of the run adds to the log
#SBATCH --output=%x-%j.log

bin=${TESSERA_BIN:-$HOME/tessera/build/bin}
launch=${TESSERA_LAUNCH:-srun --mpi=pmix}       # Open MPI
#launch="srun --mpi=pmi2"                       # MPICH
#launch="mpiexec --map-by slot:PE=$SLURM_CPUS_PER_TASK"   # Open MPI without PMIx in Slurm
most_requeues=100

app=$1
config=$2
shift 2
checkpoint=$(basename "${config%.yaml}").ckpt.h5

# srun does not ask for sbatch's --cpus-per-task by itself.
if [[ $SLURM_CPUS_PER_TASK ]]; then export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK; fi
# Slurm before 23.02 does not say when the job ends; a job without a limit has no end. The program stops 60 s before it,
# if no signal has come.
unset SLURM_JOB_END_TIME
end=$(SLURM_TIME_FORMAT=standard squeue --noheader --job "$SLURM_JOB_ID" --format %e)
end=$(date -d "${end:-unknown}" +%s 2>/dev/null) && export SLURM_JOB_END_TIME=$end

resume=()
if [[ -e $checkpoint ]]; then resume=(--resume); fi
$launch "$bin/$app" "$config" "$@" --set "checkpoint.file=$checkpoint" "${resume[@]}"
status=$?

# 3: stopped, with a checkpoint written. Only because of the time limit, if that is near: a stop that somebody asked for
# (scancel --signal=USR1, or a stop file) is final.
if ((status == 3 && ${end:-0} > 0 && end - $(date +%s) < 300 && ${SLURM_RESTART_COUNT:-0} < most_requeues)); then
  echo "$(date): the run is not at its end; job $SLURM_JOB_ID is queued again"
  scontrol requeue "$SLURM_JOB_ID"  # which ends this script
fi
exit $status
