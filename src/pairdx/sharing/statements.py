"""What must be said of the data wherever it is described: biases, limits, persons."""

DRAWN_WARNING = (
    "Drawn by a program: it shows no patient and no finding, and stands in for no data set. "
    "Numbers measured on it say nothing about medicine."
)
USES = (
    "Research on models of image and caption: what kind of image a figure is.",
    "No diagnosis, and no finding, is labelled; no use in the care of a patient is intended.",
)
BIASES = (
    "Case reports describe what is rare or striking: neither prevalence nor ordinary findings can "
    "be read off them.",
    "Open-access articles only, mostly in English; countries, journals and years are not balanced.",
    "Of adults as far as an age is known from the text; age and sex were extracted by rules.",
    "Classes were evened out: how often a class occurs here is a choice, not a fact.",
)
LABELLING = (
    "The label is the source's `image_type`, itself the prediction of an image-only network that "
    "nobody corrected: accuracy is agreement with it, and an image-only model has an advantage."
)
DRAWN_BIASES = (
    "Pictures and captions are drawn so that both are needed; how hard each class is was chosen.",
    "Classes were evened out: how often a class occurs here is a choice, not a fact.",
)
DRAWN_LABELLING = "The label is what was drawn: exact, as no label of a real figure is."
DRAWN_RISK = ("None: names, dates, articles and authors are made up.",)
OWN = "The pairs are of a folder of their owner's, who knows how they were chosen: write it here."
OWN_LABELLING = "The labels are those that the owner of the pairs gave them."
LIMITS = (
    "Parts of one figure, and cases of one article, are not independent: splits keep articles "
    "together unless their owner chose otherwise, and intervals resample whole articles.",
    "Captions were written beside the images, often name the kind of image, and may be of several "
    "parts of a figure.",
)
RESIDUAL_RISK = (
    "Images and captions were published by their authors and were screened for names, dates, "
    "numbers, addresses and faces before they were chosen; no screen finds everything.",
    "`article_id` leads to the article, and with it to all that it says of the patient: the pairs "
    "are de-identified, not anonymous. Nobody may try to find out who a patient is.",
    "Faces, tattoos, rare findings and combinations of age, sex and article can identify a person "
    "who is known otherwise.",
)
