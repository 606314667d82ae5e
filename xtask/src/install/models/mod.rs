//! The models of the manifest: fetched once for the user, arranged for each checkout.
//!
//! Every model is an entry of the cache, which exists only whole and verified. A checkout's models folder holds a
//! link to each that it uses and `models.lock`, which says where they came from and which of them plays which role.

mod entry;
mod sources;
mod stand_in;

#[cfg(test)]
mod stand_in_tests;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use models::{LOCK_FILE, Lock, LockedModel, Model, Role, Set, model_named, model_of};

use self::entry::{check_known, entry_name, now, read_record, verify, write_open, write_record};
use crate::cache::{Cache, lock_file, remove_folder};
use crate::checkout::Checkout;
use crate::hub::Hub;
use crate::install::note;

pub use self::stand_in::Visual;
use self::stand_in::{NoSource, notice};

/// Inside a model's folder while it is being filled.
const SCRATCH: &str = ".scratch";

/// Installs models for a checkout.
pub struct Installer<'a> {
    /// Whose models folder is arranged.
    pub checkout: &'a Checkout,
    /// Where models are kept.
    pub cache: &'a Cache,
    /// Where those come from that no package registry has.
    pub hub: Hub,
    /// Who plays the role visual.
    pub visual: Visual,
}

/// Which roles models play once they are installed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plays {
    /// None.
    Nothing,
    /// Their own, whatever played it before.
    Anew,
    /// Those that they were chosen for before, and those that nothing was chosen for.
    On,
}

/// A model that is there.
pub struct Installed {
    /// What the manifest says of it.
    pub model: &'static Model,
    /// Where it came from.
    pub locked: LockedModel,
    /// Whether it was installed now.
    pub is_new: bool,
    /// Where it plays the role of a model that can't be had, or is not wanted: what to say about that.
    pub notice: Option<String>,
}

/// The models folder of a checkout.
pub fn folder(checkout: &Checkout) -> PathBuf {
    checkout.home.join("models")
}

/// What to say about a step that installed some of these, or found them.
pub fn installing_note(all: &[Installed]) -> String {
    let new: Vec<&str> = all
        .iter()
        .filter(|installed| installed.is_new)
        .map(|installed| installed.model.name.as_str())
        .collect();
    match new.as_slice() {
        [] => note(false),
        new => format!("{} {}", new.join(", "), note(true)),
    }
}

/// What to say about the stand-ins among these.
pub fn notices(all: &[Installed]) -> impl Iterator<Item = &str> {
    all.iter()
        .filter_map(|installed| installed.notice.as_deref())
}

/// The models that play the roles in a checkout: those that were chosen by a `models pull`, else the set `base`.
///
/// # Errors
/// When the checkout's `models.lock` can't be read.
pub fn chosen(checkout: &Checkout) -> Result<Vec<&'static Model>> {
    let lock = Lock::read(&folder(checkout))?;
    let of_role = |role| {
        let named = lock.roles.get(&role).and_then(|name| model_named(name));
        // The lock may be older than the manifest, which may also have given the model another role since.
        let named = named.filter(|model| model.role == role);
        named.unwrap_or_else(|| model_of(role))
    };
    Ok(Role::ALL.into_iter().map(of_role).collect())
}

impl Installer<'_> {
    /// Installs what is missing of a set; its models play their roles in the checkout from then on, unless it is the
    /// set that plays none.
    ///
    /// # Errors
    /// When neither a model nor a stand-in can be had from any of its sources. Roles stay as they are.
    pub fn install_set(&self, set: Set) -> Result<Vec<Installed>> {
        let plays = match set {
            Set::Base | Set::Quality => Plays::Anew,
            Set::Reference => Plays::Nothing,
        };
        self.install_all(set.models(), plays)
    }

    /// Installs what is missing of the models of the set `base` for some roles, which they play from then on.
    ///
    /// # Errors
    /// As [`Self::install_set`].
    pub fn install_roles(&self, roles: &[Role]) -> Result<Vec<Installed>> {
        self.install_all(roles.iter().map(|role| model_of(*role)), Plays::Anew)
    }

    /// Installs what is missing of some models, which play no role by that.
    ///
    /// # Errors
    /// As [`Self::install_set`].
    pub fn install_models(&self, models: &[&'static Model]) -> Result<Vec<Installed>> {
        self.install_all(models.iter().copied(), Plays::Nothing)
    }

    /// Installs what is missing of the models that play the checkout's roles. One that has played its role before is
    /// replaced by no stand-in: the vectors of an index are those of one model.
    ///
    /// # Errors
    /// As [`Self::install_set`].
    pub fn install_chosen(&self) -> Result<Vec<Installed>> {
        self.install_all(chosen(self.checkout)?.into_iter(), Plays::On)
    }

    fn install_all(
        &self,
        models: impl Iterator<Item = &'static Model>,
        plays: Plays,
    ) -> Result<Vec<Installed>> {
        let into = folder(self.checkout);
        fs::create_dir_all(&into)?;
        let _lock = lock_file(&self.checkout.home.join("models.pull.lock"))?;
        let mut lock = Lock::read(&into)?;
        let mut all = Vec::new();
        for model in models {
            let is_settled = plays == Plays::On && lock.roles.get(&model.role) == Some(&model.name);
            all.push(self.install_or_stand_in(model, is_settled, &mut lock)?);
        }
        if plays != Plays::Nothing {
            let roles = all
                .iter()
                .map(|installed| (installed.model.role, installed.model.name.clone()));
            lock.roles.extend(roles);
        }
        write_lock(&into, &lock)?;
        Ok(all)
    }

    /// Puts a model in place, or its stand-in where no source delivers it and its role is not settled.
    fn install_or_stand_in(
        &self,
        model: &'static Model,
        is_settled: bool,
        lock: &mut Lock,
    ) -> Result<Installed> {
        let Some(stand_in) = model.stand_in() else {
            return self.put_in_place(model, lock);
        };
        let notice = if self.visual == Visual::StandIn && model.role == Role::Visual {
            notice(model, stand_in, None)
        } else {
            let error = match self.put_in_place(model, lock) {
                Ok(installed) => return Ok(installed),
                Err(error) => error,
            };
            match error.downcast_ref::<NoSource>() {
                Some(_) if is_settled => {
                    return Err(error.context(format!(
                        "{} plays the role {} here; `cargo xtask models pull` takes its stand-in",
                        model.name, model.role
                    )));
                }
                Some(failure) => notice(model, stand_in, Some(failure)),
                None => return Err(error),
            }
        };
        Ok(Installed {
            notice: Some(notice),
            ..self.put_in_place(stand_in, lock)?
        })
    }

    /// Puts a model in place, and what is known of it into `lock`.
    fn put_in_place(&self, model: &'static Model, lock: &mut Lock) -> Result<Installed> {
        let into = folder(self.checkout);
        let known = lock.models.get(&model.name);
        let (entry, locked, is_new) = self
            .install(model, known)
            .with_context(|| format!("the {} model {}", model.role, model.name))?;
        link(&entry, &into.join(&model.name))?;
        lock.models.insert(model.name.clone(), locked.clone());
        // At once: what is known of a file binds also if the next model fails.
        write_lock(&into, lock)?;
        Ok(Installed {
            model,
            locked,
            is_new,
            notice: None,
        })
    }

    /// Makes sure of the model in the cache; gives its folder, where it came from, and whether it is new there.
    fn install(
        &self,
        model: &'static Model,
        known: Option<&LockedModel>,
    ) -> Result<(PathBuf, LockedModel, bool)> {
        let name = entry_name(model);
        let entry = self.cache.entry(&name);
        if entry.exists() && read_record(&entry).is_none() {
            // Somebody deleted a part of it.
            self.cache.evict(&name)?;
        }
        let is_new = self
            .cache
            .install(&name, |folder| self.fill(model, known, folder))?;
        let locked = read_record(&entry)
            .with_context(|| format!("{} was changed: delete it", entry.display()))?;
        if let Some(known) = known {
            check_known(&locked.files, model, known)?;
        }
        remove_folder(&self.downloads(model))?;
        Ok((entry, locked, is_new))
    }

    /// Fills a folder from the first source that delivers.
    fn fill(
        &self,
        model: &'static Model,
        known: Option<&LockedModel>,
        folder: &Path,
    ) -> Result<()> {
        let mut reasons = Vec::new();
        for source in &model.sources {
            empty(folder)?;
            let taken = self.take(model, source, known, folder).and_then(|taken| {
                remove_folder(&folder.join(SCRATCH))?;
                let files = verify(model, folder)?;
                if let Some(known) = known {
                    check_known(&files, model, known)?;
                }
                Ok((taken, files))
            });
            match taken {
                Ok((source, files)) => {
                    let record = LockedModel {
                        source,
                        installed_at: now()?,
                        files,
                    };
                    return write_record(folder, &record);
                }
                Err(error) => reasons.push((source, error)),
            }
        }
        Err(NoSource { reasons }.into())
    }

    /// Where downloads wait for the rest of a model.
    fn downloads(&self, model: &Model) -> PathBuf {
        let name = entry_name(model).replace('/', "-");
        self.cache.entry(".downloads").join(name)
    }
}

fn empty(folder: &Path) -> Result<()> {
    remove_folder(folder)?;
    Ok(fs::create_dir_all(folder)?)
}

/// Has `link` lead to `target`, whatever it was.
fn link(target: &Path, link: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|found| found == target) {
        return Ok(());
    }
    match fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be replaced", link.display()))?;
        }
        _ => {}
    }
    symlink(target, link).with_context(|| format!("{} can't be made", link.display()))
}

fn write_lock(folder: &Path, lock: &Lock) -> Result<()> {
    write_open(&folder.join(LOCK_FILE), lock)
}
