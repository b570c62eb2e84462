"""Words that stand in medical images and name nobody, and given names that do.

A name in an image has no title and no sentence around it; it is told from `CHEST PORTABLE` by
what the words are. The list holds what machines, radiographers and endoscopists write on images;
it need not be whole: it decides about words in capitals and beside a comma only.
"""

_LEGENDS = """
abdomen abdominal abnormal above acquisition acute administration adult afib age analysis
angio angiogram angiography ankle anonymous anon anonymized anterior aorta aortic apex apical
arrow arterial artery atrial atrium average axial axis baseline before after below bilateral
biopsy bladder block blood body bone border bowel bpm brain breast bronchus calcaneus canon
cardiac carotid case catheter caudal cavity center central cephalic cervical chamber channel
chest clinic clinical colon colour color comparison complete compression confirmed contrast
control coronal coronary cranial cross date decubitus defect deltoid delayed department depth
detector device diagnosis diagnostic diastole diastolic display distal dorsal doppler dose
duodenum echo ejection elbow electrode endoscopy enhanced erect error esophagus examination
exam exposure external extremity female femur fibula field figure film filter finger first
fistula flexion flow fluoroscopy focus follow foot fraction frame frequency frontal fuji
fujifilm fundus gain gallbladder gastric general graft grid group hand harmonic head health
healthcare heart height hepatic hip hologic horizontal hospital humerus hypertrophy image
imaging infarct inferior inferolateral injection inner inspiration expiration institute
instrument intensity internal interval intravenous ischemia joint kidney knee large larynx
lateral lead left lens lesion level ligament light limb line lingual liver lobe location long
lower lumbar lung lying machine magnification male mandible margin marker mass maxilla mean
measure medial median mediastinum medical mesh middle minute mitral mobile mode model month
motion mouth multiple muscle name nasal near neck needle nerve network node nodule normal
nose number oblique observation occlusal olympus open operator optic oral orbit original
outer outside ovary overlay palate pancreas panel panoramic patient pelvis pentax perfusion
period peripheral pericardium phase philips physician plain plane plate pleural point polyp
portable portal post posterior power precontrast preliminary preset pressure prior prone
prostate proximal pulmonary pulse quality radius range rate rectum reference reformat region
renal report resection resolution respiration rest retina reverse reviewed rhythm right room
rotation routine sagittal sample samsung scale scan scanner scapula screen second section
segment semi semierect sensor septal septum series sex shoulder shunt siemens signal sinus
skull slice small soft spine spleen splenic stage stain standard standing static stent sternum
stomach stone stress stroke study subcostal supine superior supraspinatus surface surgery
surgical suspected sweep systole systolic table tachycardia target technique temporal tendon
test thickness thigh third thoracic thorax throat thyroid tibia time tissue tongue tooth
toshiba total trace trachea transverse treatment tumor tumour type ulcer ulna ultrasound
unconfirmed uncorrected university unknown upper upright ureter uterus vagina valve vascular
vein velocity vena venous ventral ventricle ventricular version vertebra vertical vessel view
viewer volume wall weight white window without wrist year zoom
copyright courtesy credit license publisher reserved rights source standing weightbearing
swimmer swimmers neutral ap pa ll rl mlo cc sonosite mindray esaote evis lucera exera karl
storz nikon zeiss heidelberg spectralis topcon cirrus zoll agfa carestream kodak schiller
nihon kohden
"""
LEGENDS = frozenset(_LEGENDS.split())

_GIVEN_NAMES = """
abdul abigail adam ahmed aisha alan albert alejandro alex alexander ali alice amanda amina amy
ana andrea andreas andrew angela anita anna anne anthony antonio arthur ashok barbara beatriz
benjamin bernard brian bruno carl carla carlos carmen carol caroline catherine charles
charlotte chen christian christina christine christopher claire claudia cynthia daniel david
deborah deepak dennis diana diego donald dorothy edward elena elizabeth emily emma eric
erik esther eva fatima fernando francesca francisco frank fritz gabriel george giovanni giulia
grace greta hans harold hassan heather helen helga henry hiroshi ibrahim ingrid isabel jack
jacob jacqueline james jane janet jean jennifer jessica joan johann john jonathan jorge jose
joseph juan judith julia julie karen karin karl katherine kathleen kenneth kevin khalid klaus
kumar laura lauren laxmi lena li linda lisa louis lucas lucia luis magdalena manuel marcus
margaret maria marie mario mark markus marta martha martin mary matthew mei michael michelle
miguel mohamed mohammad mohammed monica muhammad nancy natalia nicholas nicole nikhil nina
noah olga oliver olivia omar pamela patricia patrick paul paula pedro peter philip pierre
piotr priya rachel rahul rajesh ramesh raymond rebecca richard robert roberto roger ronald
rosa ruth samuel sandra sanjay sara sarah scott sean sharon simon sofia sophie stefan stephen
steven sunil susan suresh svetlana takashi teresa thomas tobias tomas ursula victor victoria
vijay virginia walter wei werner william wolfgang xavier yan yasmin yuki yusuf zhang
"""
GIVEN_NAMES = frozenset(_GIVEN_NAMES.split())
