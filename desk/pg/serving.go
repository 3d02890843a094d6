package pg

import "context"

// ServingName is the application_name of a node's connections, by which commands
// know that one runs.
const ServingName = "huiying serve"

// Serving says whether a node runs on this database.
func (s *Store) Serving(ctx context.Context) (yes bool, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1)`, ServingName).Scan(&yes)
	return yes, translate(err)
}
