package rules

import (
	"strings"
	"testing"

	"huiying/desk"
)

// departmentSaidOf gives the department that the rules name for a call, by its words alone.
func departmentSaidOf(t *testing.T, sets []Set, text string) (string, desk.Verdict) {
	t.Helper()
	v := desk.Verdict{Confidence: map[string]float64{}}
	for _, s := range sets {
		if s.Name == "category" || s.Name == "departments" {
			s.Apply(desk.Text{Body: text}, &v)
		}
	}
	for _, e := range v.Evidence {
		if text[e.Start:e.End] != e.Text {
			t.Errorf("%s: evidence %+v", text, e)
		}
	}
	return v.Department(), v
}

// TestCallersWords: what people say on the telephone, without a title.
func TestCallersWords(t *testing.T) {
	t.Parallel()
	sets := table(t)
	for want, texts := range map[string]string{
		"水务公司":    "停水三天了;我们这栋楼没水用了;水龙头放不出水来;水压太小了,洗澡都洗不了;门口水管爆了,水喷得到处都是;自来水是黄的还有味;啥时候来水啊,都停了一天了;家里没得水吃;咋又停水了,也没个通知",
		"供电公司":    "停电了;又没电了,热死人;路边的变压器冒烟了;电线杆倒了压在路上;电线掉地上了,小孩过来过去的;电压不稳灯一闪一闪;跳闸跳了一晚上;配电箱门开着,漏电怎么办",
		"公安局(交警)": "红绿灯坏了;路口灯控时间太短了,红灯要等三分钟;大车天天闯红灯;门口全是违停的车;刚才这里撞人了;早高峰堵得一动不动;有人酒驾;三辆车追尾了;肇事司机跑了",
		"交通运输局":   "公交司机甩站;公交站连个遮雨的棚子都没有;出租车不打表;616路改线以后不方便了;我们村的路被大货车压烂了;大巴车半路甩客;网约车司机绕路多收钱;候车亭的玻璃碎了",
		"公安局":     "有人在楼道里吸毒;我家老人走丢了;娃儿不见了走失一天了;有人冒充公安让我转账;楼下麻将馆聚众赌博;KTV里有人卖摇头丸;有人从楼上掉下来摔死了;小区门口有人砍人;楼上高空抛物砸到车;狗咬人了;电瓶车被偷了;我被骗了两万块;邻居家暴打老婆;隔壁是传销窝点",
		"市场监管局":   "饭店用地沟油;买的牛奶过期了;菜市场短斤少两;健身房关门跑路,卡里的钱不退;孩子在儿童乐园摔伤老板不赔;外卖里吃出虫子;无证小作坊做豆腐;美容院充的卡不给退;买到假酒了",
		"城管局":     "共享单车堆在人行道上;盲道被占了;门口流动摊贩太多;垃圾好几天没人清运;路灯不亮了;半夜施工吵死了;烧烤摊油烟熏人;窨井盖没了;有人占道经营;楼顶违建",
		"应急局":     "山洪把桥冲了;后山滑坡埋了房子;煤矿透水了;化工厂爆炸了;要转移群众;有人卖烟花爆竹堆了一屋子;楼里着火了;消防通道堵死了;仓库起火浓烟滚滚;工地塌方有人被埋",
		"卫健委":     "孩子喝了农药口吐白沫;食堂吃完饭好多人中毒了;人晕倒了快叫救护车;医院乱开药;护士态度太差;打疫苗要排多久;黑诊所打针打坏了;老人送医院没病床",
		"其他":      "退伍老兵优抚金没发;退役士兵安置;手机没信号;残疾人证怎么办",
		"自然资源局":   "承包地被征了没补偿;我家地被占了八亩;宅基地纠纷;有人挖山采石;耕地上盖厂房",
		"农业农村局":   "种子是假的,庄稼绝收;粮补没发;村里死猪没人处理;承包地合同到期了",
		"生态环境局":   "养猪场污水排到河里;一股臭鸡蛋味;化工厂夜里偷排废气;河水发黑发臭;烧秸秆呛死人;机器声日夜轰鸣 噪音污染",
		"纪委监委":    "村支书贪了修路款;主任收好处费;公车私用接送孩子;村书记中饱私囊;局长利用职务便利给亲戚揽工程",
		"教育局":     "公办小学怎么报名;培训机构跑路了;老师体罚学生;学校强制补课;孩子在学校被霸凌;幼儿园乱收费",
		"人社局":     "老板拖欠工钱;工资三个月没发;公司不交社保;包工头跑了钱没给;退休金少发了;工伤不赔",
		"医保局":     "医保断交了怎么补;新农合怎么报销;异地就医备案",
		"民政局":     "低保被停了;养老院打老人;结婚登记要带什么;街上有个乞丐没人管;孤寡老人没人照顾",
		"住建局":     "物业乱收费;楼上漏水;暖气不热;开发商逾期交房;电梯坏了;房子烂尾了;墙体开裂;下水道堵了返水",
		"水利局":     "水库大坝渗水;河堤垮了;有人偷采河沙;灌溉渠没水",
		"文旅局":     "导游强迫购物;网吧让未成年人上网;景区门票太贵",
		"税务局":     "商家不开发票;个税怎么退",
		"轨道集团":    "地铁几点停运;地铁站没有扶梯",
	} {
		for _, text := range strings.Split(texts, ";") {
			if got, v := departmentSaidOf(t, sets, text); got != want {
				t.Errorf("%s: %s, want %s: %+v", text, got, want, v.Departments)
			}
		}
	}
}

// TestNoWordAcrossBorders: two letters that are no word there name nobody.
func TestNoWordAcrossBorders(t *testing.T) {
	t.Parallel()
	sets := table(t)
	for wrong, texts := range map[string]string{
		"公安局":     "他们家暴露在外的电线;转账记录我都有,商家就是不退款",
		"自然资源局":   "饭店用地下水洗菜;这里用地铁出行很方便;使用地方太小",
		"民政局":     "人民政府应该管管物业;惠民政策没落实,物业不管",
		"商务局":     "国家政策怎么规定退休的",
		"供电公司":    "小区没电梯,老人上下楼困难;我用电脑上网办社保;手机没电了没法刷公交卡",
		"水务公司":    "服务没水平,医生态度差;村里没有水泥路",
		"城管局":     "打工地方不给工资;施工地点不交社保",
		"生态环境局":   "文化工作者职称怎么评",
		"应急局":     "公司保安监守自盗",
		"卫健委":     "调整容积率的公示在哪看",
		"教育局":     "广大学员退款难,健身房不退",
		"公安局(交警)": "公司门口挂红灯笼违规收费",
		"轨道集团":    "手机信号线路坏了",
	} {
		for _, text := range strings.Split(texts, ";") {
			if got, v := departmentSaidOf(t, sets, text); got == wrong {
				t.Errorf("%s: %s: %+v", text, got, v.Evidence)
			}
		}
	}
	for text, wrong := range map[string]string{
		"饭店用地沟油炒菜": "用地", "人民政府不管": "民政", "按国家政策办": "家政", "新建绿化工程": "化工", "有限公司法人跑了": "司法", "施工资质造假": "工资",
		"企业主管部门": "业主", "广大学生": "大学", "被打击报复": "被打", "发生猪肉涨价": "生猪", "调整容积率": "整容", "进入学校": "入学", "低保证金": "低保",
	} {
		_, v := departmentSaidOf(t, sets, text)
		for _, e := range v.Evidence {
			if e.Text == wrong {
				t.Errorf("%s: %s speaks for %s", text, wrong, e.Field)
			}
		}
	}
}

func TestBeside(t *testing.T) {
	t.Parallel()
	got := beside(group("a", 1, "路灯 井盖"), group("a", 2, "路灯 污水"), group("a", 1, "污水"), group("b", 1, "路灯"))
	var said []string
	for _, c := range got {
		said = append(said, c.tag+c.word+strings.Repeat("!", int(c.weight)))
	}
	if s := strings.Join(said, " "); s != "a路灯!! a井盖! a污水!! b路灯!" {
		t.Error(s)
	}
}
