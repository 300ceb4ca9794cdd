"""The rows that scale="auto" gives, computed in other ways."""

import numpy as np

__all__ = ["map_by_hand", "typical_distance"]


def distances_from_mean(rows):
    """Return the distance of each row from the mean of all."""
    rows = np.asarray(rows, np.float64)
    return np.linalg.norm(rows - rows.mean(axis=0), axis=1)


def typical_distance(rows):
    """Return the median distance, or half of the root mean square if it is greater."""
    distances = distances_from_mean(rows)
    return max(np.median(distances), np.sqrt(np.mean(distances**2)) / 2)


def map_by_hand(rows):
    """Map up to 1,000 rows, none of zeros: by SVD, and trying powers."""
    rows = np.asarray(rows, np.float64)
    n_rows, n_features = rows.shape
    _, lengths, directions = np.linalg.svd(rows - rows.mean(axis=0))
    variances = np.zeros(n_features)
    variances[: len(lengths)] = lengths**2 / n_rows
    variances = variances / variances.mean() + 1e-4
    for power in np.linspace(0, 1, 4_001):
        left = variances ** (1 - power)
        effective = left.sum() ** 2 / (left**2).sum()
        if effective >= min(25, min(n_features, n_rows - 1) / 4):
            break
    power *= n_rows / (n_rows + n_features)
    mapped = np.zeros_like(rows)
    for variance, direction in zip(variances, directions):
        along = rows @ direction / variance ** (power / 2)
        mapped += np.outer(along, direction)
    mean = mapped.mean(axis=0)
    length, distances = np.linalg.norm(mean), distances_from_mean(mapped)
    kept = np.sqrt((1 / 36 + 10 / n_rows) * np.mean(distances**2)) / length
    if kept < 1:
        along = mapped @ mean / length
        mapped -= (1 - kept) * np.outer(along, mean / length)
    return 2.5 / typical_distance(mapped) * mapped
