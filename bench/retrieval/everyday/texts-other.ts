import type { EverydayText } from './text.ts'

export const OTHER_TEXTS: readonly EverydayText[] = [
  {
    id: 'vi-noodles',
    source: 'message',
    title: 'Nấu ăn cuối tuần',
    text: 'Hầm xương bò với gừng nướng, quế và hoa hồi trong sáu tiếng. Trụng bánh phở, chan nước dùng thật nóng, ăn kèm rau thơm và chanh.',
  },
  {
    id: 'vi-minutes',
    source: 'document',
    title: 'Biên bản cuộc họp',
    text: 'Hoãn việc chuyển văn phòng ở Đà Nẵng sang tháng Ba. Chị Hương đặt vé máy bay cho cả nhóm, anh Đức thuê khách sạn.',
  },
  {
    id: 'ar-soup',
    source: 'message',
    title: 'وصفات رمضان',
    text: 'شُورَبَةُ العَدَسِ: نغسل الحبوب جيدًا، ثم نضيف الماء والكمّون والملح، ونقدّمها ساخنة مع الليمون.',
  },
  {
    id: 'ar-trip',
    source: 'document',
    title: 'رحلة إلى مراكش',
    language: 'arabic',
    text: 'حجزنا الفندق قرب الساحة الكبيرة، والطائرة تغادر يوم الخميس الساعة التاسعة صباحًا. لا تنسوا جوازات السفر وتأمين المسافرين.',
  },
  {
    id: 'he-shopping',
    source: 'message',
    title: 'רשימת קניות',
    text: 'חלב, ביצים, שלוש חבילות אורז, לחם מחיטה מלאה. לא לשכוח את התרופה של סבתא.',
  },
  {
    id: 'zh-hotpot',
    source: 'message',
    title: '周末聚餐',
    text: '周六晚上我们去吃火锅，记得提前订位。小李不吃辣，点一个番茄锅底。餐厅在地铁二号线人民广场站旁边。',
  },
  {
    id: 'zh-lease',
    source: 'message',
    title: '租房',
    text: '房东说押金是两个月房租，合同签一年，水电费另算。阳台的门锁坏了，他下周会来修。',
  },
  {
    id: 'zh-migration',
    source: 'document',
    title: '資料庫遷移計畫',
    text: '五月二十日凌晨將系統移轉到新的伺服器，預計停機四十分鐘。請先備份並通知客服部門。',
  },
  {
    id: 'ja-spa',
    source: 'message',
    title: '箱根旅行',
    text: '温泉旅館を二泊予約しました。ロマンスカーは新宿駅を九時に出発、夕食は懐石料理です。猫アレルギーの人は早めに連絡してください。',
  },
  {
    id: 'ja-setup',
    source: 'document',
    title: '開発環境の作り方',
    text: 'リポジトリを取得して、make setup-local を実行します。パスワードは共有金庫にあります。うまくいかないときは田中さんに相談してください。',
  },
  {
    id: 'ja-printer',
    source: 'document',
    title: 'プリンター購入',
    text: '型番はＫＸ－２２００、価格は４８，０００円。トナーは別売りで、保証は三年です。',
  },
  {
    id: 'ko-lunch',
    source: 'message',
    title: '점심 메뉴',
    text: '오늘은 회사 앞 김치찌개집에서 먹어요. 비빔밥도 맛있고, 두 시에 회의가 있으니까 일찍 출발합시다.',
  },
  {
    id: 'ko-leave',
    source: 'document',
    title: '휴가 신청 안내',
    text: '연차는 최소 일주일 전에 시스템에 등록하고, 부서장의 승인을 받아야 합니다. 아플 때는 진단서를 첨부하세요.',
  },
  {
    id: 'th-market',
    source: 'message',
    title: 'แผนวันอาทิตย์',
    text: 'ตอนเช้าไปตลาดน้ำ ซื้อมะม่วงกับข้าวเหนียว แล้วนั่งเรือกลับบ้านก่อนเที่ยง อย่าลืมเอาร่มไปด้วย',
  },
  {
    id: 'th-leave',
    source: 'document',
    title: 'คู่มือการลาหยุด',
    text: 'พนักงานต้องแจ้งล่วงหน้าสามวัน หัวหน้าแผนกเป็นผู้อนุมัติ ถ้าป่วยเกินสองวันให้แนบใบรับรองแพทย์',
  },
  {
    id: 'hi-festival',
    source: 'message',
    title: 'दिवाली की तैयारी',
    text: 'घर की सफ़ाई शुक्रवार को होगी, मिठाइयाँ दादी बनाएँगी, और बच्चों के लिए पटाखे नहीं, दीये लाने हैं।',
  },
  {
    id: 'hi-train',
    source: 'document',
    title: 'रेल यात्रा',
    language: 'hindi',
    text: 'दिल्ली से जयपुर की गाड़ी सुबह छह बजे छूटती है। खिड़की के पास दो सीटें आरक्षित हैं, टिकट फ़ोन में हैं।',
  },
]
