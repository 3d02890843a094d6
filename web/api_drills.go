package web

import (
	"context"
	"net/http"
	"time"

	"huiying/desk"
)

// DrillOut is a drill as programs see it.
type DrillOut struct {
	ID        string  `json:"id"`
	Scenario  string  `json:"scenario"`
	Title     string  `json:"title"`
	Speed     float64 `json:"speed" doc:"演练时间每真实秒走几秒"`
	State     string  `json:"state" enum:"starting,running,stopped,failed,purging"`
	Begins    string  `json:"begins" doc:"演练时间从何时开始"`
	Ends      string  `json:"ends" doc:"情景在演练时间何时播完"`
	Now       string  `json:"now" doc:"现在的演练时间"`
	StartedAt *string `json:"started_at" doc:"真实时间；打开之前为 null"`
	StoppedAt *string `json:"stopped_at" doc:"真实时间"`
	Address   *string `json:"address" doc:"演练系统的地址；打开之前为 null"`
	Password  string  `json:"password" doc:"演练中每个人的密码；人物和数据全是虚构的"`
	Failure   *string `json:"failure" doc:"为什么没有打开"`
	By        string  `json:"by"`
	CreatedAt string  `json:"created_at"`
}

func (s *Server) drillOut(d desk.Drill) DrillOut {
	z := s.zoned()
	return DrillOut{ID: id(d.ID), Scenario: d.Scenario, Title: d.Title, Speed: d.Speed, State: string(d.State), Begins: z.at(d.Begins), Ends: z.at(d.Ends()),
		Now: z.at(d.At(s.Real())), StartedAt: z.maybe(d.BeganAt), StoppedAt: z.maybe(d.StoppedAt), Address: known(d.Address), Password: d.Password,
		Failure: known(d.Failure), By: d.By.Name, CreatedAt: z.at(d.CreatedAt)}
}

// routesAPIDrills manage drills, on the real desk alone.
func (s *Server) routesAPIDrills() []route {
	if s.Desk.Playing != nil {
		return nil
	}
	manage := acts(desk.ActDrill)
	return []route{
		{method: get, path: "/api/v1/drills", summary: "演练", api: does(s.listDrills)},
		{method: post, path: "/api/v1/drills", acts: manage, summary: "开始演练", api: does(s.startDrill)},
		{method: post, path: "/api/v1/drills/{id}/skip", acts: manage, summary: "演练快进", api: does(s.skipDrill)},
		{method: post, path: "/api/v1/drills/{id}/stop", acts: manage, summary: "结束演练", api: does(s.stopDrill)},
		{method: post, path: "/api/v1/drills/{id}/purge", acts: manage, summary: "清除演练", api: does(s.purgeDrill)},
	}
}

func (s *Server) listDrills(ctx context.Context, who desk.Actor, in *Stretch) (List[DrillOut], error) {
	rows, err := s.Desk.Drills(ctx, who)
	if err != nil {
		return List[DrillOut]{}, err
	}
	byID := func(d desk.Drill) int64 { return d.ID }
	return listed("/api/v1/drills", nil, *in, whole(rows, byID), byID, s.drillOut)
}

type startDrillIn struct {
	Body struct {
		Scenario string  `json:"scenario" doc:"情景的键，即情景文件名去掉扩展名"`
		Speed    float64 `json:"speed,omitempty" doc:"1 到 720；不填为 36，六小时的情景十分钟播完"`
	}
}

// Begun is a drill just begun: its desk is being opened.
type Begun struct{ DrillOut }

func (Begun) status() int { return http.StatusCreated }

func (s *Server) startDrill(ctx context.Context, who desk.Actor, in *startDrillIn) (Begun, error) {
	d, err := s.Desk.StartDrill(ctx, who, in.Body.Scenario, in.Body.Speed)
	return Begun{s.drillOut(d)}, err
}

type skipDrillIn struct {
	ByID
	Body struct {
		Minutes int `json:"minutes" minimum:"1" maximum:"1440" doc:"演练时间快进几分钟"`
	}
}

func (s *Server) skipDrill(ctx context.Context, who desk.Actor, in *skipDrillIn) (DrillOut, error) {
	return s.onDrill(ctx, who, in.ID, func(n int64) error {
		return s.Desk.SkipDrill(ctx, who, n, time.Duration(in.Body.Minutes)*time.Minute)
	})
}

func (s *Server) stopDrill(ctx context.Context, who desk.Actor, in *ByID) (DrillOut, error) {
	return s.onDrill(ctx, who, in.ID, func(n int64) error { return s.Desk.StopDrill(ctx, who, n) })
}

func (s *Server) purgeDrill(ctx context.Context, who desk.Actor, in *ByID) (DrillOut, error) {
	return s.onDrill(ctx, who, in.ID, func(n int64) error { return s.Desk.PurgeDrill(ctx, who, n) })
}

// onDrill changes a drill and answers with it as it then is. One that was purged in between is gone.
func (s *Server) onDrill(ctx context.Context, who desk.Actor, name string, change func(int64) error) (DrillOut, error) {
	n, err := recordID(name)
	if err == nil {
		err = change(n)
	}
	if err != nil {
		return DrillOut{}, err
	}
	list, err := s.Desk.Drills(ctx, who)
	if err != nil {
		return DrillOut{}, err
	}
	for _, d := range list {
		if d.ID == n {
			return s.drillOut(d), nil
		}
	}
	return DrillOut{}, desk.NotFound("没有这场演练，可能已经清除")
}
