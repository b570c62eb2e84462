"""The sentences that captions are made of, with {slots} for words.

`CLEAR` names the modality, `SHARED` fits exactly two classes, `GENERIC` and `TAILS` fit any.
"""

from pairdx.download.sample.motifs import Pair

SLOTS: dict[str, tuple[str, ...]] = {
    "day": ("3", "7", "14", "21", "30"),
    "weeks": ("two", "three", "six", "eight", "12"),
    "side": ("left", "right"),
    "size": ("1.2 cm", "2 cm", "3.5 cm", "8 mm", "15 mm"),
    "organ": ("liver", "kidney", "pancreas", "spleen", "uterus", "bladder"),
    "bone": ("femur", "tibia", "humerus", "radius", "pelvis"),
    "brain": ("frontal lobe", "temporal lobe", "cerebellum", "basal ganglia", "brain stem"),
    "gut": ("stomach", "duodenum", "colon", "esophagus", "rectum"),
    "skin": ("forearm", "back", "leg", "face", "foot", "hand"),
    "mouth": ("tongue", "gingiva", "palate", "lower lip", "buccal mucosa"),
    "finding": ("mass", "lesion", "swelling", "abnormality", "defect"),
    "stage": ("at presentation", "at admission", "before treatment", "after treatment"),
    "drug": ("steroids", "antibiotics", "chemotherapy", "the first dose", "surgery"),
    "lab": ("C-reactive protein", "hemoglobin", "platelet count", "creatinine", "ferritin"),
    "eye": ("macular edema", "retinal hemorrhages", "subretinal fluid", "optic disc swelling"),
}

CLEAR: dict[str, tuple[str, ...]] = {
    "line_chart": (
        "Graph of {lab} over the hospital stay, with {drug} started on day {day}",
        "Line chart showing the course of {lab} values after {drug}",
        "Chart of serum {lab} plotted against days since admission",
    ),
    "bar_chart": (
        "Bar chart comparing {lab} between patients and controls",
        "Bar graph of the number of reported cases by age group",
        "Histogram of the published cases by year and treatment",
    ),
    "scatter_plot": (
        "Scatter plot of {lab} against age in the reported patients",
        "Plot of {lab} versus dose with the regression line",
    ),
    "survival_curve": (
        "Kaplan-Meier curve of overall survival by treatment group",
        "Survival curves for patients with and without {drug}",
    ),
    "table": (
        "Table of laboratory results {stage}, including {lab}",
        "Summary table of the reported cases with age, treatment and outcome",
    ),
    "flow_chart": (
        "Flow chart of the diagnostic work-up and selection of patients",
        "Diagram of the timeline of diagnosis, {drug} and outcome",
    ),
    "ekg_12_lead": (
        "Twelve-lead electrocardiogram showing ST elevation in the inferior leads",
        "ECG {stage} with sinus tachycardia and a prolonged QT interval",
        "Electrocardiogram demonstrating complete heart block",
        "12-lead EKG with T wave inversion in the precordial leads",
    ),
    "ekg_strip": (
        "Rhythm strip with ventricular tachycardia",
        "ECG strip showing atrial fibrillation after {drug}",
        "Holter electrocardiogram tracing with a pause between beats",
    ),
    "eeg": (
        "Electroencephalogram showing generalized spike and wave discharges",
        "EEG with diffuse slowing over both hemispheres",
        "EEG recording of a seizure with onset over the {side} temporal leads",
    ),
    "emg": (
        "Electromyography with fibrillation potentials in the {side} tibialis anterior",
        "Nerve conduction study showing reduced motor amplitudes, EMG {stage}",
    ),
    "gi_endoscopy": (
        "Endoscopy showing a {size} ulcer of the {gut}",
        "Colonoscopy with a polyp in the {gut}",
        "Endoscopic view of the {gut} with erythematous mucosa",
        "Upper gastrointestinal endoscopy revealing a submucosal {finding}",
    ),
    "airway_endoscopy": (
        "Bronchoscopy showing narrowing of the {side} main bronchus",
        "Bronchoscopic view of a {finding} at the carina",
        "Laryngoscopy demonstrating a {finding} of the vocal cord",
    ),
    "skin": (
        "Photograph of the {skin} showing an erythematous rash",
        "Clinical photograph of skin lesions on the {skin}",
        "Clinical image of a pigmented plaque of {size} on the {skin}",
    ),
    "oral": (
        "Intraoral photograph showing a {finding} of the {mouth}",
        "Clinical photograph of the {mouth} with ulceration",
    ),
    "limb": (
        "Photograph of the {side} hand with swelling and a wound",
        "Clinical appearance of the {side} {skin}, photograph taken {stage}",
    ),
    "surgical_field": (
        "Intraoperative photograph showing the exposed {organ}",
        "Photograph of the resected specimen measuring {size}",
        "Intraoperative view of the tumor during dissection",
    ),
    "fundus": (
        "Fundus photograph of the {side} eye showing {eye}",
        "Color fundus photography with {eye} in the {side} eye",
        "Fundus image of the {side} eye {stage}",
    ),
    "oct": (
        "Optical coherence tomography of the macula showing {eye}",
        "OCT of the {side} eye with {eye}",
        "Macular OCT scan {stage} with intraretinal cysts",
    ),
    "chest_x_ray": (
        "Chest X-ray showing an opacity in the {side} lower lobe",
        "Chest radiograph {stage} with {side} pleural effusion",
        "Frontal chest X-ray demonstrating cardiomegaly",
    ),
    "limb_x_ray": (
        "X-ray of the {side} {bone} showing a fracture",
        "Plain radiograph of the {bone} with a lytic {finding}",
        "Anteroposterior radiograph of the {side} {bone} after fixation",
    ),
    "ct_head": (
        "Computed tomography of the head showing hemorrhage in the {brain}",
        "Non-contrast brain CT with a hypodense area in the {brain}",
    ),
    "ct_body": (
        "Axial CT of the abdomen showing a {size} mass of the {organ}",
        "Contrast-enhanced computed tomography demonstrating a {finding} of the {organ}",
        "CT scan of the abdomen {stage} with free fluid around the {organ}",
    ),
    "mri_head": (
        "Axial T2-weighted MRI of the brain showing a lesion in the {brain}",
        "Magnetic resonance imaging with enhancement of the {brain}",
        "FLAIR MRI sequence with hyperintensity in the {brain}",
    ),
    "ultrasound": (
        "Ultrasound of the {organ} showing a cystic {finding} of {size}",
        "Abdominal ultrasonography with a hypoechoic {finding} in the {organ}",
    ),
    "h&e": (
        "Hematoxylin and eosin staining showing sheets of atypical cells",
        "Histopathology of the {organ} with spindle cells (H&E, x200)",
    ),
    "immunostaining": (
        "Immunohistochemistry with positive nuclear staining",
        "Immunostaining of tumor cells positive for CD34 (x400)",
    ),
}

SHARED: dict[Pair, tuple[str, ...]] = {
    ("chart", "electrography"): (
        "Time course of the amplitude over the recording",
        "Amplitude plotted against time {stage}, with intervals marked",
        "Trend of frequency and amplitude over the recording period",
        "Heart rate over time, with the interval after {drug} marked",
        "Variation of the amplitude with time; peaks are numbered",
    ),
    ("chart", "radiology"): (
        "Measured volume and density of the {organ} on each date",
        "Quantification of tumor volume {stage} and at week {weeks}",
        "Density values and volume of the {finding} compared with baseline",
        "Change of tumor diameter and volume, with measurements given",
        "Perfusion values of the region of interest compared with baseline",
    ),
    ("electrography", "radiology"): (
        "Waveform of the {side} side with peak velocity and rate",
        "Gated acquisition over the cardiac cycle, systole and diastole marked",
        "Cardiac cycle with abnormal ventricular motion and conduction",
        "Waveform with reduced peak and irregular cardiac cycle {stage}",
        "Abnormal ventricular activation with irregular cycle length",
    ),
    ("endoscopy", "medical_photograph"): (
        "Inspection of the throat with redness and whitish plaques of the mucosa",
        "Direct view of the ulcerated mucosa with whitish plaques",
        "Reddened mucosa with contact bleeding on inspection",
        "Inspection showing a pedunculated reddish nodule of the mucosa",
        "Direct inspection of the wound cavity with reddened granulation tissue",
    ),
    ("endoscopy", "radiology"): (
        "Wall thickening of the {gut} with narrowing of the lumen",
        "Narrowing of the lumen of the {gut} by a bulging {finding}",
        "Stenosis of the {gut} with dilatation above the narrowed lumen",
        "Bulging wall of the {gut} with compression of the lumen from outside",
        "Foreign body in the lumen of the {gut}, wall intact",
    ),
    ("medical_photograph", "ophthalmic_imaging"): (
        "Red eye with swelling of the {side} lid and cornea",
        "Appearance of the {side} eye with corneal opacity",
        "The {side} eye {stage}, with conjunctival and lid changes",
        "Anterior segment of the {side} eye with a nodule of the conjunctiva",
        "Eye of the patient with corneal and iris changes",
    ),
    ("ophthalmic_imaging", "radiology"): (
        "Layered cross-section with fluid beneath the membrane",
        "Cross-section through the orbit and optic nerve with thickening of the layer",
        "Cross-sectional scan through the globe with fluid collection",
        "Thickened layer and fluid collection in cross-section {stage}",
        "Reflective layer with detachment of the membrane in cross-section",
    ),
}

GENERIC = (
    "Findings at follow-up after {drug}",
    "Appearance {stage}",
    "Appearance of the lesion on day {day}",
    "Initial findings of the patient",
    "Findings {stage}; note the {finding}",
    "Follow-up at {weeks} weeks showing improvement",
    "Complete resolution after {weeks} weeks",
    "Representative findings of case 2",
    "The {finding} is marked by an arrow",
    "Status on day {day} after {drug}",
    "Course of the disease in our patient {stage}",
    "Result of the examination {stage}",
    "Changes after {weeks} weeks of therapy",
    "Presentation of the patient on day {day}",
    "Persistent {finding} despite {drug}",
    "Comparison of the findings before and after {drug}",
)

TAILS = (
    "The arrow marks the {finding}.",
    "Arrows point to the abnormal area.",
    "The {finding} resolved within {weeks} weeks.",
    "No change was seen on day {day}.",
    "The patient was treated with {drug}.",
    "Findings were confirmed by a second observer.",
    "(A) Before and (b) after {drug}.",
    "The opposite side was normal.",
    "Symptoms had started {weeks} weeks earlier.",
    "The patient gave consent for publication.",
    "Further work-up confirmed the diagnosis.",
    "There was no recurrence after {weeks} weeks.",
    "The asterisk marks the {finding} and the arrowhead its border.",
    "The {finding} had not been present at the first visit.",
    "Compare with the findings on day {day}, when the patient had not yet received {drug}.",
    "These findings led to the diagnosis and to a change of the treatment plan.",
)

IDENTIFIERS: dict[str, tuple[tuple[str, str], ...]] = {
    # kind of identifier: sentences with {}, and what stands there, with digits for #
    "date": (
        ("Examined on {}.", "12 March 20##"),
        ("Image taken {}.", "0#/1#/201#"),
        ("Study date: {}.", "201#-0#-1#"),
        ("Admitted on {}.", "October 1#, 201#"),
    ),
    "email": (
        ("Contact: {}.", "patient##@example.org"),
        ("Originals from {}.", "a.sample#@clinic.example.org"),
    ),
    "phone": (("Phone {}.", "(202) 555-01##"), ("Tel. {}.", "+1 202 555 01##")),
    "record_number": (
        ("{}.", "MRN 4######"),
        ("{}.", "Medical record number: 1#######"),
        ("{}.", "Hospital No. H-2#####"),
    ),
    "name": (
        ("Courtesy of {}.", "Dr. Alma Hartwell"),
        ("Patient: {}.", "Mr. Tobias Lindqvist"),
        ("Seen by {}.", "Prof. Irene Castellan"),
        ("The patient, {}, agreed.", "Mrs. Edda Novotny"),
    ),
}
