"""Words that say how an image was made, and abbreviations of medicine: never a person's.

Whatever a rule takes for a name, a number or a date, a modality word at its edge is left in the
caption (`spare`): it is what a classifier should read. In capitals an abbreviation is no part of a
name; in other letters it may be one (BA, 'Ba').
"""

import re

from pairdx.curate.identifiers.text import words

Span = tuple[int, int]

# All words of evidence/shortcut/modality_words.txt (a test compares them) and their kin.
MODALITIES = words(
    "ct cta cect nect hrct cbct mdct ldct pet spect spet xr cxr axr cr dr mri mr mra mrv mrcp mrs "
    "fmri cmr t1 t2 flair dwi adc swi gre stir us usg eus ivus ceus tte tee echo ecg ekg ecog eeg "
    "emg ncs vep erg oct octa as-oct ffa fa icga faf dsa ercp egd ugi kub ivp ivu vcug hsg dxa "
    "dexa mibg hida sestamibi fdg tomography tomogram tomographic cone beam magnetic resonance "
    "x-ray radiograph radiography radiographic radiogram roentgenogram fluoroscopy angiography "
    "angiogram angiographic mammography mammogram ultrasound ultrasonography ultrasonographic "
    "sonography sonogram doppler echocardiography echocardiogram scintigraphy scintigram scan "
    "radiological electrocardiogram electrocardiography electrocardiographic "
    "electroencephalogram electroencephalography electromyogram electromyography rhythm strip "
    "tracing recording endoscopy endoscopic endoscope colonoscopy colonoscopic gastroscopy "
    "gastroscopic bronchoscopy bronchoscopic laryngoscopy laryngoscopic cystoscopy laparoscopy "
    "laparoscopic arthroscopy hysteroscopy esophagogastroduodenoscopy fundus fundoscopy optical "
    "coherence slit lamp fluorescein autofluorescence retinography ophthalmoscopy photograph "
    "photographic photography photo clinical picture intraoperative view dermoscopy graph chart "
    "plot curve histogram diagram flowchart flow table timeline bar line imaging image"
)
# None that is a frequent name in capitals, as le, na and ra are.
ABBREVIATIONS = MODALITIES | words(
    "ica eca cca bca mca aca pca pcom acom ba va sca pica aica lad lcx rca lca lmca pda om sma ima "
    "lima rima ivc svc smv imv pv hv cbd chd gb cia eia iia cfa sfa pfa ata pta ao rv la lv lvef "
    "ef rvot lvot asd vsd pfo avsd tof tga mv tv av pa pas ar ms mr tr ps pr mps csf cns pns tmj "
    "acl pcl mcl lcl tfcc sij pip dip mcp mtp ap lat lao rao lpo rpo mlo cc ml np op ot mt st it "
    "sc gi gu ed er icu icd ccu or iv im sq po od os ou re rt lt bl ue uo ln rll rul rml lll lul "
    "ggo ild ipf copd ards pe dvt mi hf chf af svt vt vf bbb rbbb lbbb pvc pac avnrt oa sle ssc "
    "als pml npc hcc rcc tcc scc bcc gist dlbcl all aml cll cml mds mm nhl tb hiv hsv vzv ebv cmv "
    "hpv he ihc fish pcr ngs dna rna ck ki wbc rbc hb hct plt crp esr alt ast ldh bun cr tsh psa "
    "cea afp hcg acth gh igf dm htn ckd esrd cabg pci tavi tavr evar ecmo iabp vad lvad vp evd icp "
    "gcs tbi sah sdh edh ich avm davf ddh avn slap sti uti bph ivf iufd iugr cs bmi bp hr rr spo "
    "iop oct cdr rnfl gcl rpe cnv amd rop brvo crvo crao who nyha asa tnm mvd dmard nsaid fna fnac "
    "cn nf tsc mh mg gbs cidp nmo adem cjd dbs vns nicu"
)
_MODALITY = rf"(?:{'|'.join(sorted(MODALITIES, key=len, reverse=True))})"
_HEAD = re.compile(rf"(?:{_MODALITY}(?:[ ,:]+|$))+", re.IGNORECASE)
_TAIL = re.compile(rf"(?:[ .:,]+{_MODALITY}){{1,4}}$", re.IGNORECASE)


def is_abbreviation(word: str) -> bool:
    """Tell whether a word is an abbreviation as it is written, in capitals."""
    return word.isupper() and word.lower() in ABBREVIATIONS


def spare(text: str, span: Span, kind: str) -> Span | None:
    """Return a span without the modality words at its edges; None if nothing else is in it."""
    start, end = span
    if kind == "date" and not text.startswith("OCT", start):  # 'Oct' is a month
        return span
    if head := _HEAD.match(text[start:end]):
        start += head.end()
    if tail := _TAIL.search(text[start:end]):
        end = start + tail.start()
    return (start, end) if start < end else None
