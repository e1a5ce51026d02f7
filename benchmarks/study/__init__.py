"""The parts of the mutation study and of the study of defects: mutations, sizes, verdicts, simulation."""
