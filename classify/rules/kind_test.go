package rules

import (
	"testing"

	"huiying/desk"
)

func TestKind(t *testing.T) {
	t.Parallel()
	all := Together(table(t))
	for want, texts := range map[string][]string{
		desk.KindComplaint: {
			"家里三天没水了怎么回事", "暖气怎么还没来", "路灯坏了一个月,打电话没人接", "难道让我们天天爬楼吗?", "修路修两年,领导们都坐直升机上班吗?",
			"物业把消防通道锁了,要是着火了咋办,人都跑不出来", "去年那场大火之后楼道还是堆满纸箱", "天天堵成这样,到底有人管吗?", "停水两天,让老百姓怎么活",
			"凭什么别的小区有水我们没有?", "化工厂离小区才两百米,如果真爆炸了,你们谁负责?", "工资拖着不发,还要不要人过年", "这路什么时候修好啊,都两年了", "这态度真不给力,电话打不通",
		},
		desk.KindPraise: {
			"给小王师傅点个赞", "城管太好了,昨天把门口的垃圾清走了", "窗口的同志真给力,十分钟办完", "社区的人服务真好,谢谢你们", "交警同志好样的,冒雨帮我推车",
		},
		desk.KindHelp: {
			"楼下变压器冒火花了,噼啪响", "东街市场着火了,不知道有没有人受伤", "电线杆刮倒了,电线还连着,好危险", "有人冒充公检法,我已经转了三万,怎么办",
			"厂里一股臭鸡蛋味,两个送医院了", "我爸走丢了,帮我找找", "有人跳河了", "请问一下,我家里现在煤气泄漏了怎么办",
		},
		desk.KindConsult: {
			"网传明天全城停水,是真的吗?", "听说小学要搬,属实吗?", "请问补办身份证要几天?", "实名认证怎么操作?", "书记接待日是哪天?",
			"请问村干部选举什么时候开始?", "公车站的路线怎么查?",
		},
		desk.KindReport: {
			"村支书贪钱,修路款不知去向", "村主任贪低保,都给了自家亲戚", "局长收了包工头的钱", "派出所所长收黑钱", "匿名反映某科长公车私用",
			"办事处主任收受好处费三十万", "厂里出了事故,老板瞒着不报", "有人在加油站旁边卖散装烟花", "楼下小诊所无证经营,卖假药", "检举镇长截留补偿款",
			"村里选举贿选,一票两百", "医生收红包才给做手术", "矿上出事死了人,一直瞒着", "会计把公款拿去炒股,给我保密", "城管队员收红包才让摆摊",
		},
	} {
		for _, text := range texts {
			if v := read(t, all, "", text); v.Kind != want {
				t.Errorf("%s: got %s, want %s (%v)", text, v.Kind, want, v.Words(desk.FieldKind))
			}
		}
	}
	// What only sounds like an offence, a danger or praise.
	for not, texts := range map[string][]string{
		desk.KindReport: {"局长信箱打不开", "书记收了我们的材料一直没回", "领导不管,垃圾没人收", "举报电话是多少?", "请问低保名额怎么申请?"},
		desk.KindHelp:   {"应急演练通知:模拟楼房着火", "网上说桥塌了,经查是谣言", "建议装烟感,防止着火", "请问火灾理赔找谁?"},
		desk.KindPraise: {"要是能装个电梯就太好了", "服务态度太差,点名批评"},
	} {
		for _, text := range texts {
			if v := read(t, all, "", text); v.Kind == not {
				t.Errorf("%s: got %s (%v)", text, v.Kind, v.Words(desk.FieldKind))
			}
		}
	}
}
