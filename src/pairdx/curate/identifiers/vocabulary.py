"""Words by which a name is told from the rest of a caption.

What stands beside a name (a title, a role, a relation, a label), what follows an eponym (the
thing that is named after someone), and capitalised words that are no names.
"""

from pairdx.curate.identifiers.text import words

TITLES = words(
    "mr mrs ms miss mx dr drs prof professor doctor mme mlle monsieur madame herr frau fraulein "
    "senor senora senorita sra srta sig signor signora dott dottor dottoressa smt shri shrimati "
    "dhr mevr mgr rev reverend sgt capt pvt cpl"
)
# Titles that are also words: a name must follow that could be nothing else.
WEAK_TITLES = words("master baby sir dame lady nurse sister don dona sr sri kumari begum haji lt")
PERSONS = words(
    "patient patients pt boy girl man woman gentleman lady child infant baby newborn neonate "
    "toddler teenager adolescent male female donor recipient volunteer proband twin twins triplet "
    "couple spouses triplets victim survivor gravida athlete farmer student soldier worker driver "
    "actor actress singer player celebrity resident participant client paciente patiente patientin "
    "enfant year-old month-old week-old day-old years-old"
)
RELATIONS = words(
    "mother father son daughter brother sister husband wife spouse partner uncle aunt cousin "
    "nephew niece grandson granddaughter grandmother grandfather grandparent grandchild "
    "mother-in-law father-in-law son-in-law daughter-in-law brother-in-law sister-in-law "
    "stepmother stepfather stepson stepdaughter guardian caregiver carer friend neighbour "
    "neighbor parent parents sibling siblings fiance fiancee boyfriend girlfriend widow widower "
    "twin kin mum mom dad roommate"
)
PLURALS = words("couple twins siblings parents spouses brothers sisters triplets")
PROFESSIONS = words(
    "nurse physician doctor consultant photographer midwife dentist therapist operator examiner "
    "technician technologist sonographer radiographer paramedic physiotherapist pharmacist "
    "teacher professor colleague registrar attending clinician surgeon practitioner gp author "
    "reader reporter optometrist optician orthodontist hygienist coach employer lawyer"
)
_PROFESSION_ENDINGS = ("ologist", "iatrist", "iatrician", "ographer", "surgeon", "esthetist")
LABELS = words(
    "name names surname forename firstname lastname nombre nom apellido apellidos nome cognome "
    "naam vorname nachname patientname referrer signed signature requester contact correspondence"
)
NAMING = words("known named called nicknamed christened identified")
# 'performed by': who did something with this patient. 'described by' is a citation.
AGENTS = words(
    "performed taken photographed examined reported read reviewed signed provided interpreted "
    "dictated referred sent operated recorded acquired submitted verified captured posted "
    "uploaded shared treated seen written typed supplied witnessed annotated obtained prepared "
    "scanned consented requested ordered assisted supervised accompanied brought shot drawn done "
    "made kept donated held consulted given"
)
HUMAN_AGENTS = words(  # what no firm and no device does
    "interpreted read reviewed signed dictated examined written drawn photographed referred given "
    "supervised assisted treated seen consented witnessed accompanied requested operated"
)
THANKED = frozenset(
    (
        ("thanks", "to"),
        ("grateful", "to"),
        ("letter", "from"),
        ("message", "from"),
        ("note", "from"),
    )
)
IMAGES = words(
    "photograph photographs photo photos image images picture pictures portrait portraits selfie "
    "radiograph radiographs x-ray x-rays xray ct mri mr ecg ekg eeg emg pet scan scans ultrasound "
    "view views biopsy specimen slide smear film films video still face hand hands foot feet eye "
    "eyes leg legs skin retina fundus fundi teeth smile chest head brain abdomen knee hip spine "
    "appearance case tracing trace chart record records file tte tee oct scintigraphy spect dxa"
)
IMAGE_ENDINGS = ("gram", "grams", "graph", "graphs", "graphy", "scopy", "scan")
PHOTOGRAPHS = words("photograph photo photos picture portrait selfie drawing handwriting signature")
PARTICLES = words(
    "de del della der den di da dos das du la le van von bin ibn binti bint al el ten ter zu y e "
    "af av"
)
# After a name that stands in 'image of NAME': the sentence goes on.
GOES_ON = words(
    "showing shows showed demonstrating demonstrates revealing reveals depicting with before "
    "after at on taken who whose aged when while during following prior obtained performed "
    "illustrating confirming suggesting presenting presented is was has had in and"
)
# Parts and things of a person: 'Emeka's hand'.
PARTS = words(
    "hand hands arm arms forearm leg legs foot feet face eye eyes eyelid ear ears nose mouth lip "
    "lips tongue teeth tooth neck head scalp hair skin back chest breast abdomen belly knee knees "
    "hip ankle wrist elbow shoulder thumb finger fingers toe toes nail nails cheek chin forehead "
    "thigh calf heel spine brain heart lung lungs liver kidney retina cornea fundus mother father "
    "parents family sister brother son daughter wife husband x-ray x-rays radiograph radiographs "
    "scan scans ct mri ecg ekg photograph photographs photo photos picture portrait lesion "
    "lesions wound scar rash tumour tumor surgery operation admission discharge recovery birth "
    "death consent home jaw palate uterus ovary prostate colon stomach bladder follow-up "
    "condition smile gait left right defect swelling voice weight height growth course story "
    "symptoms fever pain biopsy echocardiogram angiogram results report visit treatment"
)
# Things that are named after people, or that a capitalised word may stand before.
THINGS = words(
    "disease diseases syndrome syndromes sign signs stain stains staining stained catheter "
    "catheters tube tubes scale scales score scores scoring test tests testing method methods "
    "technique techniques procedure procedures operation criteria criterion classification "
    "lymphoma lymphomas pattern patterns frame frames forceps retractor retractors device devices "
    "prosthesis plate plates needle needles solution phenomenon reflex law formula stage stages "
    "grading grade grades system systems sarcoma carcinoma tumor tumors tumour tumours nodule "
    "nodules node nodes cell cells body bodies ring rings line lines spot spots lesion lesions "
    "nevus naevus cyst cysts hernia hernias fracture fractures dislocation deformity contracture "
    "palsy paralysis chorea ataxia dystrophy neuropathy anemia anaemia malformation anomaly "
    "anomalies defect tetralogy triad triangle angle plane space pouch ligament ligaments fascia "
    "duct ducts gland glands canal foramen membrane capsule muscle nerve ganglion plexus artery "
    "vein valve vein's fissure lobe lobule island islets islet tubercle process crest notch fossa "
    "sinus sulcus gyrus area areas point points reaction effect index indices ratio equation "
    "curve curves plot plots diagram model models map maps chart graph medium agar broth virus "
    "bacillus fever gangrene ulcer ulcers esophagus oesophagus thyroiditis arteritis vasculitis "
    "encephalitis encephalopathy granulomatosis macroglobulinemia histiocytosis osteodystrophy "
    "purpura erythema dermatosis keratosis acne alopecia pemphigus abscess abscesses microabscess "
    "hyaline protein proteins granule granules inclusion inclusions papule papules plaque plaques "
    "patch patches crisis maneuver manoeuvre position view views projection incision approach "
    "flap flaps graft grafts anastomosis shunt shunts bypass stent stents balloon pump filter "
    "filters wire wires pin pins nail nails rod rods screw screws clamp clamps clip clips suture "
    "sutures knot drain drains bag bags mask masks splint splints brace bar boot boots cast "
    "collar sling bandage bandages dressing pad pads insole knife blade scissors speculum hook "
    "loop snare trocar port cannula lens lenses lamp microscope endoscope scanner camera detector "
    "collimator coil gel blot assay array kit buffer powder blue black red green orange brown "
    "violet silver trichrome hematoxylin repair reconstruction resection fundoplication "
    "arthroplasty osteotomy stoma ileostomy circulation murmur murmurs pulse respiration "
    "breathing nystagmus pupil pupils arthropathy joint joints toe foot gait migraine headache "
    "seizure epilepsy dementia hallucinations delusion psychosis coma questionnaire inventory "
    "checklist trial trials study studies cohort registry database dataset algorithm network "
    "transform distribution correction estimate estimator regression analysis estimates survival "
    "staging rat rats mouse mice rabbit rabbits dog dogs strain antigen antibody antibodies "
    "bacteria unit units number numbers protocol regimen diet chair bed table type types variant "
    "variants mutation positive negative hepatitis cirrhosis nephritis nephropathy "
    "glomerulonephritis choroiditis uveitis retinopathy ophthalmopathy dystonia tremor myopathy "
    "myositis arthritis spondylitis chondritis osteochondritis pneumonia bronchiectasis emphysema "
    "diverticulum diverticula polyp polyps adenoma adenomas oedema edema lipoma neuroma glioma "
    "leukemia leukaemia thalassemia hemophilia haemophilia agammaglobulinemia amyloidosis "
    "neurofibromatosis sclerosis porphyria jaundice exam examination transplant therapy tamponade "
    "dilator dilators introducer sheath guidewire guidewires tracing electrode electrodes monitor "
    "analyser analyzer software workstation ventilator circuit connector adapter implant implants "
    "cage hinge electrocautery sound sounds spine fixator apparatus chamber grid ruler tree vitae "
    "wood root dye phantom lung knee elbow shoulder wart neck ear hip heart coat"
)
# Where one of these stands in the name, or after it, the name is of a place or a firm.
INSTITUTIONS = words(
    "hospital hospitals university institute institut clinic college school centre center "
    "foundation medical laboratories laboratory labs inc ltd llc gmbh corp corporation company co "
    "ag kg plc bv pharma pharmaceuticals diagnostics healthcare instruments surgical biotech "
    "biosciences biosystems scientific museum library city street avenue road county province "
    "state island islands river lake mountain valley district region area airport collection "
    "archive archives infirmary memorial society association council ministry department trust "
    "group press publishing journal meditec optics systems technologies endoscopes zoo park "
    "children's general"
)
FICTIONAL = words("blobby greengenes magoo google")  # nobody's surname: Bean and Hyde are people's
# Words before a name that make it a credit, a citation or a firm.
CITING = words(
    "credit credits after according adapted modified reproduced redrawn permission copyright "
    "source work courtesy-of described proposed introduced"
)
EPONYM_PAIRS = frozenset(
    tuple(pair.split("_"))
    for pair in words(
        "graham_steell austin_flint marcus_gunn ramsay_hunt argyll_robertson miller_fisher "
        "charles_bonnet denis_browne bence_jones mary_joseph grey_turner parkes_weber jorge_lobo "
        "louis_bar marie_tooth marie_foix marie_curie karl_storz carl_zeiss eli_lilly "
        "johns_hopkins robert_koch paul_bunnell thomas_jefferson walter_reed martin_gruber "
        "brown_sequard henry_schein dandy_walker mikulicz_radecki christian_weber robert_wood "
        "florence_nightingale louis_pasteur max_planck paul_ehrlich rudolf_virchow emil_fischer "
        "leonardo_vinci da_vinci saint_jude ann_arbor monte_carlo cornelia_lange crouzon_apert "
        "wolff_parkinson erb_duchenne lou_gehrig julius_wolff pierre_robin robert_jones "
        "james_lind francis_crick henry_ford alexander_fleming edward_jenner st_jude jesse_owens "
        "adam_smith george_washington charles_darwin albert_einstein isaac_newton gregor_mendel "
        "otto_bock bernard_soulier robert_marjolin jackson_pratt fitz_hugh hugh_curtis tommy_john "
        "montgomery_asberg edwin_smith prader_willi philip_morris erich_hoffmann charlie_chaplin"
    )
)
# Without the commonest surnames: these are told from eponyms by what follows alone.
EPONYMS = words(
    "abrikossoff achard adamantiades addison adie adson aicardi albers-schonberg albright "
    "alcock allis alport alstrom alzheimer amsler andersen angelman antoni antopol apert apgar "
    "argyll arnold arnold-chiari arthus aschoff asherman asperger auer auerbach auspitz "
    "axenfeld babcock babinski balkan balo bankart bannayan barlow barre barrett barth "
    "bartholin bartter barthel basedow batten battle becker beck bechterew beckwith behcet bell "
    "benedict berger bernard bernard-soulier bernese billroth binet birbeck bird bitot bjork "
    "blackfan bland blalock bloom blount blumer bochdalek boerhaave borrmann bosniak botox "
    "bouchard bourneville bowen bowman boyden brachet bragard breslow brenner bright brill "
    "broca brodie broders brown-sequard bruch brudzinski brugada brunner bruton buck budd "
    "budd-chiari buerger burkitt burnett burow byler cabrera caffey cajal calot campylobacter "
    "caplan caroli carney carrion castleman chagas chance charcot chediak cheyne chiari "
    "chilaiditi child child-pugh chopart christmas churg churg-strauss chvostek clara claude "
    "cloquet coats cobb codman cogan colles concato congo conn conor cooley coombs cori corti "
    "costen courvoisier cowden cowper coxsackie crigler crohn cronkhite crouzon crow "
    "cruveilhier cullen curling curschmann cushing czerny dandy dandy-walker darier degos "
    "dejerine delphian dercum descemet devic diamond dieulafoy diff doppler donovan dormia "
    "dorfman down dravet dressler dubin duchenne duke duke's dukes dupuytren durand duroziez "
    "ebstein ehlers ehlers-danlos eisenmenger ekbom enneking epstein erb erdheim erlenmeyer "
    "esmarch eustachian ewing fabry fallot fanconi farber farr fazekas feiss felson felty "
    "finkelstein fitz flexner foley fontan forbes fordyce forestier forrest fothergill fournier "
    "frankel frankfort freiberg frey friedreich froment fuchs gaffky galant galassi galeazzi "
    "galen gallavardin ganser garbe gartner gartland gaucher gerota gerstmann ghon gianotti "
    "giemsa gilles gitelman glasgow gleason glisson goldenhar goldmann golgi gomori goodpasture "
    "gorham gorlin gottron gowers gradenigo graf gram grave graves grawitz grocott grynfeltt "
    "guillain guillain-barre gunther guthrie guyon hageman hailey hallervorden hallpike ham "
    "hamman hampton hand hartmann hartnup hashimoto hasner hassall hayem heberden hegar "
    "heimlich heinz henle henoch hensen herlyn hermansky hess heyde hickman highmore hill-sachs "
    "hinchey hirschsprung his hodgkin hoehn hoffa hoffman hoffmann holter homan homer horner "
    "horton hounsfield howship humphrey huntington hurler hurthle hutchinson ilizarov ishihara "
    "islam jacobson jacod jaffe janeway jansky jarisch jendrassik jervell jobe joubert kallmann "
    "kanavel kandinsky kaplan kaposi karnofsky kartagener kasabach kasai kaufman kawasaki "
    "kayser kearns kehr keith kellgren kerley kernig kernohan kienbock kiesselbach kikuchi "
    "kimmelstiel kimura kirklin kirschner klatskin klebsiella klein kleine klinefelter klippel "
    "klippel-feil klumpke knudson kobberling koch kocher koebner koplik korotkoff korsakoff "
    "krabbe kraurosis krause krukenberg kupffer kussmaul lachman laennec lafora lambert lambl "
    "landau langer langerhans langhans lansbury larrey lasegue lauren leber legg legionella "
    "leigh lembert lemierre lennert lenegre lennox leriche lesch lewy leydig lhermitte li "
    "libman lichtenberg liddle likert linton lisch lisfranc lissauer list little ljubljana lobo "
    "lockwood loeffler loffler lou louis lown ludwig lugol lund luschka luys lyell lyme lynch "
    "mackenzie madelung maffucci mahaim malassez mallory mallampati malgaigne malpighi mantoux "
    "marburg marchiafava marcus marfan marion marjolin maroteaux marsh martius masson maydl "
    "mayer mayo mazabraud mcardle mcburney mccune mcgill mckusick mcmurray meckel mees "
    "meibomian meige meigs meissner melkersson menetrier meniere menkes merendino merkel meyer "
    "mikulicz milian milroy minamata mirizzi mobitz moebius mohs moll mondor mondini monro "
    "monteggia mooren morand morgagni morison morquio mosler moya muehrcke muller munchausen "
    "munro naegele naegleria neer negri nernst neufeld nikolsky nissl nissen noonan norwood "
    "nyquist ober oddi ogilvie ollier ommaya ondine opitz oppenheim orringer ortner ortolani "
    "osgood osler oslo ota paget palmaz pancoast paneth panner papanicolaou papez papillon "
    "parinaud paris parkes parkinson parks patau paterson pauling pautrier pavlik pel pelger "
    "pellegrini pendred pepper percheron perls perthes petit petri peutz peutz-jeghers peyer "
    "peyronie pfannenstiel phalen philadelphia pick pickwick pierre pirie plummer poland pompe "
    "pott poupart prader preiser prinzmetal pringle proteus prussian pugh purkinje quincke "
    "ramsay rankin ranson ranvier rasmussen rathke raymond raynaud recklinghausen reed "
    "reed-sternberg refsum reichert reifenstein reinke reiter reis rendu retzius rett reye "
    "riedel rieger riehl rinne ritter robin rochalimaea rokitansky rolando romano romberg rosai "
    "rosenbach rosenthal roth rothmund rotor roux rovsing rubens rubinstein rutherford ryle "
    "sabin sachs saethre salmonella salter salter-harris sandhoff sanfilippo sanger santorini "
    "saint sappey savary scarpa schamberg schatzki scheie scheuermann schick schiff schiller "
    "schilling schirmer schlatter schlemm schmidt schmorl schwann schwartz segond seldinger "
    "sengstaken sertoli sever sezary sharpey sheehan shigella shone shprintzen shwachman sicca "
    "silver simmonds sipple sister sjogren skene sneddon snellen soave spearman spigelian spitz "
    "spurling stafne stanford stargardt starling steele steinert steinmann stensen sternberg "
    "still stokes strauss stryker sturge sudan sudeck swan swan-ganz sweet swyer sydenham syme "
    "takayasu takotsubo tanner tarlov taussig tay tenon thiersch thomsen tietze tinel todd "
    "tolosa toupet tourette townes treitz trendelenburg trevor troisier trousseau truelove "
    "turcot tzanck uhl ullrich unna unverricht usher valsalva van vater verner verocay vidian "
    "vieussens vincent virchow vogt volkmann von waardenburg waldenstrom waldeyer wallenberg "
    "warthin waterhouse weber wechsler wegener weil weiss werdnig wermer werner wernicke "
    "wertheim wharton whipple white willebrand willis wilms winslow wirsung wiskott wolff "
    "wolffian woolf wuchereria yates yersinia york zadik zenker zellweger ziehl ziehl-neelsen "
    "zinn zollinger zuckerkandl bard abbott"
)


def is_profession(lower: str) -> bool:
    """Tell whether a word in lower case is the profession of one who cares for patients."""
    return lower in PROFESSIONS or lower.endswith(_PROFESSION_ENDINGS)


def is_person(lower: str) -> bool:
    """Tell whether a word in lower case is a role, a relation or a profession."""
    return lower in PERSONS or lower in RELATIONS or is_profession(lower)
