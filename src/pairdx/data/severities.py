"""Every corruption and its five severities, from the weakest to the strongest."""

SEVERITIES = (1, 2, 3, 4, 5)

# The constants of ImageNet-C's own scripts (Hendrycks and Dietterich 2019), for 224 pixels.
IMAGE: dict[str, tuple[float, ...]] = {
    "gaussian_noise": (0.08, 0.12, 0.18, 0.26, 0.38),  # standard deviation; white is 1
    "shot_noise": (60, 25, 12, 5, 3),  # photons that make white
    "gaussian_blur": (1, 2, 3, 4, 6),  # standard deviation in pixels
    "jpeg": (25, 18, 15, 10, 7),  # quality
    "brightness": (0.1, 0.2, 0.3, 0.4, 0.5),  # added to the value of HSV
    "contrast": (0.4, 0.3, 0.2, 0.1, 0.05),  # share of it that is left
    "pixelate": (0.6, 0.5, 0.4, 0.3, 0.25),  # share of the pixels of a side that are left
}
# Ours.
CAPTION: dict[str, tuple[float, ...]] = {
    "typos": (0.05, 0.1, 0.2, 0.3, 0.5),  # share of the words that get one
    "truncation": (0.8, 0.6, 0.4, 0.2, 0.1),  # share of the words that are left
}
# Which part of a pair each changes, in the order of reports.
CORRUPTIONS = {**dict.fromkeys(IMAGE, "image"), **dict.fromkeys(CAPTION, "caption")}
