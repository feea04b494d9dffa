"""What people say in a furniture store: needs, notes, remarks, and the scripts for each step."""

SURNAMES = (
    "赵钱孙李周郑王冯卫蒋沈韩杨朱秦许何吕张曹严金魏陶姜谢邹章苏潘葛范彭鲁韦马方俞任袁柳唐"
    "费岑薛雷贺倪汤罗毕郝邬安常傅顾孟黄穆萧尹姚邵汪祁毛狄贝明计成戴宋庞熊纪舒屈项祝董梁杜"
)
GIVEN = (
    "建国", "秀英", "晓明", "丽娟", "志强", "雅琴", "子涵", "雨桐", "浩然", "欣怡", "俊杰", "思远",
    "佳宁", "海燕", "国栋", "美玲", "一诺", "振华", "慧敏", "文博", "晓芳", "立新", "春梅", "天宇",
    "诗雨", "明辉", "玉兰", "嘉豪", "静怡", "永强", "若曦", "卫东", "婷婷", "宏伟", "梦洁", "少华",
    "凤英", "泽宇", "晨曦", "爱华", "磊", "娜", "涛", "敏", "超", "霞", "鹏", "颖",
    "斌", "倩", "琳", "峰", "悦", "凯", "莉", "睿", "萍", "旭", "蕾", "航",
)  # fmt: skip
COMMUNITIES = (
    "翠湖花园", "江南春城", "滨江一号", "金色家园", "水岸华庭", "山语城", "和平里",
    "东方润园", "桂花城", "学府嘉园", "云溪香山", "望江府", "锦绣天地", "杨柳郡",
    "星洲小镇", "绿野春天", "钱塘印象", "万象府", "朗香公寓", "中央花城",
)  # fmt: skip
HOUSES = (
    "一室一厅 52㎡", "两室一厅 68㎡", "两室两厅 89㎡", "三室一厅 95㎡", "三室两厅 108㎡",
    "三室两厅 120㎡", "四室两厅 143㎡", "复式 168㎡", "排屋 210㎡", "两室两厅 精装 92㎡",
)  # fmt: skip
NEEDS = (
    "三室两厅全屋定制，喜欢原木风", "主卧衣柜到顶，要放得下行李箱", "六人岩板餐桌，客厅偏窄",
    "儿童房上下床加书桌", "老房翻新，厨房橱柜先做", "布艺沙发，家里有猫，要耐抓", "玄关柜加换鞋凳",
    "书房一整面书柜，带封闭柜门", "榻榻米加升降桌",
    "阳台柜放洗衣机和烘干机", "婚房，预算集中在客厅",
    "给父母换一张硬一点的床垫", "岛台配四把吧椅", "电视柜想做悬浮的", "衣帽间，要有首饰抽屉",
    "民宿六间房的床和床头柜", "餐边柜，要能放嵌入式蒸烤箱", "小户型沙发床，周末有客人",
    "旧柜子换门板，不想拆柜体", "全屋窗帘和软装一起看", "实木床，孩子对气味敏感",
    "办公室前台和会议桌", "卫生间浴室柜，防潮要好", "想先看看样板间，年底才装",
)  # fmt: skip
BUDGETS = ("1万以内", "1–3万", "3–5万", "5–8万", "8–12万", "12–20万", "还没定", "")
MOVE_IN = ("年内", "春节前", "明年3月", "明年五一", "交房后", "不急", "")
TAGS = (
    "老房翻新", "精装房", "婚房", "有宠物", "二孩家庭", "注重环保", "对比中", "价格敏感", "转介绍",
    "设计师客户", "周末才有空", "先生做主", "太太做主", "要分期",
)  # fmt: skip
KIN = (
    ("spouse", "周敏", "付款的是她，晚上方便"), ("parent", "孙阿姨", "床和餐桌她说了算"),
    ("designer", "钱工", "图纸找他要"), ("self", "", "工作用的号码"),
    ("spouse", "李强", ""), ("assistant", "小吴", "送货找她约时间"),
    ("child", "郑好", "书桌是给她的"),
)  # fmt: skip
REMARKS = (
    "先生在外地，视频看的样板间，定之前要两个人一起来。", "楼道窄，一米八的沙发要先量电梯。",
    "同小区 8 栋去年在我们这里做过，愿意带去看实景。", "孩子明年上小学，书桌要能升降。",
    "上次提到隔壁品牌报价低 4000，主要差在五金。", "喜欢浅胡桃色，不要带红的木色。",
    "周三、周四倒班休息，其余时间只回微信。", "水电已经做完，插座位置发过图。",
    "母亲腿脚不好，床要高一点。", "要开专票，抬头是公司。", "对台面接缝很在意，看过样品才放心。",
    "钥匙在物业，量尺提前一天说。",
)  # fmt: skip
NEEDS_NOTES = (
    "厨房 6.2 米，橱柜到顶，水槽换到窗边",
    "衣柜要 2.6 米，抽屉至少四个", "餐桌坐六个人，过道留 80 公分",
    "沙发三米以内，能拆洗", "柜门想用浅灰，拉手要隐藏", "先做两个卧室，客厅明年再说",
    "书桌长 1.4 米，靠窗", "床箱要能放被子", "预算比上次多了一万",
)  # fmt: skip
PROPOSAL_NOTES = (
    "给了两套方案，偏向第二套", "效果图已发微信", "换成颗粒板，省 6000", "五金改国产，其余不变",
    "方案里加了餐边柜", "看了 3 号样板间，满意", "报价 4.8 万，等家里商量",
)  # fmt: skip
OBJECTION_NOTES = (
    "觉得贵，拆开讲了板材和五金", "担心交期，写进了合同附注", "怕有味道，看了检测报告",
    "想要再便宜一点，申请了周末活动价", "问五年后坏了怎么办，讲了保修", "",
)  # fmt: skip
NO_CONTACT = ("已在别家定了", "房子卖了，不装了", "明年再说，不要再打电话")
SCRIPTS = {
    "greeting": (
        ("您好，我是{store}的{me}，您刚才登记想看{need}，现在方便说两句吗？",
         "Hello, this is {me} from {store}. You asked about {need}. Is now a good time?"),
        ("上次您看中的那款到样品了，跟您说一声。",
         "The piece you liked last time has arrived in the showroom."),
        ("不着急定，您先随便看，有问题叫我。",
         "No hurry. Look around first and call me when you have a question."),
    ),
    "needs": (
        ("家里几口人住？平时谁用得最多？", "How many people live there, and who uses it most?"),
        ("户型图或者尺寸手边有吗？没有我们可以免费上门量。",
         "Do you have a floor plan or measurements? We can measure for free."),
        ("打算什么时候用上？我倒推一下交期。",
         "When do you need it? I will count back from there."),
        ("预算大概放在多少，我按这个给您配。", "Roughly what budget should I plan for?"),
    ),
    "proposal": (
        ("按您说的做了两套，一套省心，一套省钱，您看哪套更像您家。",
         "I made two versions, one easier and one cheaper. Which is more like your home?"),
        ("这套报价里五金和安装都算进去了，没有后面再加的。",
         "This price includes fittings and installation. Nothing is added later."),
        ("可以带您去看同小区做好的一家。", "I can show you a finished home in your estate."),
    ),
    "objection": (
        ("贵在板材和五金，我拆开给您看，哪些能换哪些不建议换。",
         "The price is in the boards and fittings. Let me show you what can change and what not."),
        ("交期写进合同，晚一天怎么算也写清楚。",
         "The delivery date goes into the contract, with what happens if it is late."),
        ("检测报告是这一批的，您可以拍下来回去查。",
         "This test report is for this batch. Take a picture and check it."),
    ),
    "revisit": (
        ("周六上午人少，我给您留一个小时，家里人一起来？",
         "Saturday morning is quiet. Shall I keep an hour for you and your family?"),
        ("那我周三下午把改好的图发您，晚上给您打个电话？",
         "I will send the new drawing on Wednesday afternoon and call you in the evening?"),
    ),
}  # fmt: skip
