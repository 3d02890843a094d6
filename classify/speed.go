package classify

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"huiying/desk"
)

// Speed is the throughput of verdicts beside that of bare cutting, on the same
// texts, in one run, in bytes of text per second.
type Speed struct {
	Verdict float64
	Cut     float64
}

// Ratio is how much of bare cutting's throughput verdicts reach.
func (s Speed) Ratio() float64 { return s.Verdict / max(s.Cut, 1) }

// Measure reads all texts on all cores, rounds times, in turns with bare cutting of
// the same texts; each side's best round counts, so that a neighbour on the machine
// disturbs both alike. now is real time.
func Measure(ctx context.Context, now func() time.Time, reader desk.Classifier, segmenter Segmenter, texts []desk.Text, rounds int) (Speed, error) {
	size := 0
	for _, t := range texts {
		size += len(t.Title) + len(t.Body)
	}
	var best Speed
	for range rounds {
		start := now()
		if err := all(texts, func(t desk.Text) error {
			segmenter.Cut(t.Title)
			segmenter.Cut(t.Body)
			return ctx.Err()
		}); err != nil {
			return best, err
		}
		middle := now()
		if err := all(texts, func(t desk.Text) error {
			_, err := reader.Read(ctx, t)
			return err
		}); err != nil {
			return best, err
		}
		end := now()
		best.Cut = max(best.Cut, float64(size)/max(middle.Sub(start).Seconds(), 1e-9))
		best.Verdict = max(best.Verdict, float64(size)/max(end.Sub(middle).Seconds(), 1e-9))
	}
	return best, nil
}

// all calls work for every text, on all cores.
func all(texts []desk.Text, work func(desk.Text) error) error {
	var at atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, runtime.GOMAXPROCS(0))
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := at.Add(1) - 1; i < int64(len(texts)); i = at.Add(1) - 1 {
				if err := work(texts[i]); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// SampleTexts makes n letters from an invented city, for measuring where no real
// ones are at hand.
func SampleTexts(n int) []desk.Text {
	places := []string{"云泽市环城路东段", "云泽市清河街道栖霞里小区", "云泽县石桥镇下湾村", "云泽市高新区长虹工业园", "云泽市第三中学门口", "云泽市城南客运站附近"}
	matters := []string{
		"工地每天夜间施工到凌晨两点,噪音非常大,老人和孩子无法入睡,多次拨打热线反映没有结果", "路灯已经坏了三个月,晚上一片漆黑,前几天有居民骑车摔伤",
		"物业公司乱收停车费,电梯经常困人,业主委员会多次交涉,对方互相推诿", "化工厂偷排废水,河水发黑发臭,附近村民不敢用井水灌溉",
		"公司拖欠三十余名工人工资共计四十万元,工友们准备集体到劳动部门反映", "十字路口没有红绿灯,上下学时段车辆拥堵,上个月已经发生两起交通事故,造成一人受伤",
		"想咨询异地就医备案如何办理,需要带哪些材料,报销比例是多少", "建议增设一条通往新城区的公交线路,方便上班族出行",
	}
	asks := []string{"恳请有关部门尽快派人核实处理。", "希望得到明确的答复,谢谢!", "请问什么时候可以解决?", "我们全体居民盼望早日解决这个问题。"}
	texts := make([]desk.Text, n)
	for i := range texts {
		place, first, second := places[i%len(places)], matters[i%len(matters)], matters[(i/3+5)%len(matters)]
		texts[i] = desk.Text{
			Title: fmt.Sprintf("%s%d号:%s", place, i%97+1, cut(first, 0, 12)),
			Body:  fmt.Sprintf("尊敬的领导:您好!我是%s的居民。2026年%d月%d日以来,%s。此外,%s。%s", place, i%12+1, i%28+1, first, second, asks[i%len(asks)]),
		}
	}
	return texts
}

// cut gives the runes start to end of a text.
func cut(text string, start, end int) string {
	from, to, n := len(text), len(text), 0
	for i := range text {
		if n == start {
			from = i
		}
		if n == end {
			to = i
			break
		}
		n++
	}
	return text[from:to]
}
