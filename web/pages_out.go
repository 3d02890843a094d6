package web

// pagesOut is what the office responds with and how it is run: incidents, releases, briefings, sources, people, record.
func (s *Server) pagesOut() []route {
	return nil
}
